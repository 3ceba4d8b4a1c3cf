import type { APIService, EndpointSlice, Service } from '@typernetes/api';
import { passed, serviceProblem, withAvailability } from './availability';

const api: APIService = { spec: { groupPriorityMinimum: 1, versionPriority: 1, service: { namespace: 'ns', name: 'server', port: 443 } } };
const service = (spec: Service['spec']): Service => ({ metadata: { name: 'server', namespace: 'ns' }, spec });
const https = service({ type: 'ClusterIP', ports: [{ name: 'https', port: 443 }] });
const slice = (ready: boolean, name = 'https'): EndpointSlice => ({ addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }], ports: [{ name, port: 8443 }] });

describe('the Service of an API', () => {
  const rows: [name: string, service: Service | undefined, slices: EndpointSlice[], reason: string | undefined, message: string][] = [
    ['is not there', undefined, [], 'ServiceNotFound', 'service/server in "ns" is not present'],
    ['has other ports', service({ ports: [{ port: 80 }] }), [], 'ServicePortError', 'service/server in "ns" is not listening on port 443'],
    ['has no endpoints at all', https, [], 'EndpointsNotFound', 'cannot find endpointslices for service/server in "ns"'],
    ['has none that is ready', https, [slice(false)], 'MissingEndpoints', 'endpointslices for service/server in "ns" have no addresses with port name "https"'],
    ['has some for another port', https, [slice(true, 'http')], 'MissingEndpoints', 'endpointslices for service/server in "ns" have no addresses with port name "https"'],
    ['can be asked', https, [slice(true)], undefined, ''],
    ['stands for a name elsewhere', service({ type: 'ExternalName', externalName: 'elsewhere.example' }), [], undefined, ''],
  ];
  it.each(rows)('%s', (_name, given, slices, reason, message) => {
    expect(serviceProblem(api, given, slices)).toEqual(reason === undefined ? undefined : { status: 'False', reason, message });
  });
});

describe('the condition', () => {
  it('is written when it says something else', () => {
    const first = withAvailability([], passed, 'a') ?? [];
    expect(first).toEqual([{ type: 'Available', lastTransitionTime: 'a', ...passed }]);
    expect(withAvailability(first, passed, 'b')).toBeUndefined();
  });

  it('keeps its time while the status stays', () => {
    const before = [{ type: 'Available', status: 'False', reason: 'ServiceNotFound', message: '', lastTransitionTime: 'a' }];
    expect(withAvailability(before, { status: 'False', reason: 'MissingEndpoints', message: '' }, 'b')).toMatchObject([{ reason: 'MissingEndpoints', lastTransitionTime: 'a' }]);
    expect(withAvailability(before, passed, 'b')).toMatchObject([{ status: 'True', lastTransitionTime: 'b' }]);
  });
});
