import type { Endpoints } from '@typernetes/api';
import { planMirror, shouldMirror } from './mirror';

const service = { metadata: { name: 'ext' }, spec: {} };
const endpoints = (metadata: Endpoints['metadata'] = {}): Endpoints => ({
  metadata: { name: 'ext', namespace: 'default', uid: 'e', ...metadata },
  subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: 'fd00::1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ name: 'http', port: 80 }] }],
});

test.each([
  ['by hand', endpoints(), service, true],
  ['of no Service', endpoints(), undefined, false],
  ['of a Service with selector', endpoints(), { ...service, spec: { selector: { a: 'b' } } }, false],
  ['that do not want it', endpoints({ labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }), service, false],
  ['that are a lock', endpoints({ annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }), service, false],
])('Endpoints %s are mirrored or not', (_name, object, owner, expected) => expect(shouldMirror(object, owner)).toBe(expected));

test('each address family has its own slices', () => {
  const { create } = planMirror(endpoints({ annotations: { note: 'x', 'endpoints.kubernetes.io/last-change-trigger-time': 'y' } }), []);
  expect(create.map(({ addressType, endpoints: list }) => [addressType, list?.map(({ addresses, conditions }) => [addresses[0], conditions?.ready])])).toEqual([
    ['IPv4', [['192.0.2.1', true], ['192.0.2.2', false]]],
    ['IPv6', [['fd00::1', true]]],
  ]);
  expect(create[0]?.metadata).toMatchObject({
    generateName: 'ext-',
    annotations: { note: 'x' },
    labels: { 'kubernetes.io/service-name': 'ext', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
  });
  expect(create[0]?.metadata?.annotations).not.toHaveProperty('endpoints.kubernetes.io/last-change-trigger-time');
  expect(planMirror({ ...endpoints(), subsets: [] }, create).delete).toHaveLength(2);
});
