import type { EndpointSlice, Pod, Service } from '@typernetes/api';
import { seededRandom } from '@typernetes/machinery';
import { checkProxyable, joinHostPort, portNumber } from './backend';
import { defaultPort } from './pod-backend';
import { pickEndpoint, portName } from './service-backend';

describe('checkProxyable', () => {
  it.each(['10.244.1.5', '172.30.1.1', 'fd00::1', '8.8.8.8'])('lets %s pass', (address) => {
    expect(() => checkProxyable(address)).not.toThrow();
  });

  it.each(['', 'name', '127.0.0.1', '::1', '169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1', '::ffff:127.0.0.1'])('refuses %j', (address) => {
    expect(() => checkProxyable(address)).toThrow(expect.objectContaining({ code: 400, message: 'address not allowed' }));
  });
});

describe('ports of pods', () => {
  const pod = (...ports: number[][]): Pick<Pod, 'spec'> => ({ spec: { containers: ports.map((each, i) => ({ name: `c${i}`, ports: each.map((containerPort) => ({ containerPort })) })) } });

  it.each([
    ['the first that is declared', pod([], [8080, 9090], [1]), '', 8080],
    ['of HTTP', pod([]), '', 80],
    ['of HTTPS', pod([]), 'https', 443],
  ])('%s', (_, of, scheme, expected) => {
    expect(defaultPort(of, scheme)).toBe(expected);
  });

  it('are numbers', () => {
    expect(portNumber('8080')).toBe(8080);
    for (const text of ['web', '0', '65536', '']) expect(() => portNumber(text)).toThrow(expect.objectContaining({ code: 503 }));
    expect([joinHostPort('10.0.0.1', 80), joinHostPort('fd00::1', 80)]).toEqual(['10.0.0.1:80', '[fd00::1]:80']);
  });
});

describe('endpoints of Services', () => {
  const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80 }, { name: 'admin', port: 81 }] } };
  const slice = (addresses: string[], more: Partial<EndpointSlice> = {}): EndpointSlice => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'ns' },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    ...more,
  });
  const random = seededRandom(1);

  it('finds the name of a port', () => {
    expect([portName(service, '81'), portName(service, 'http'), portName(service, '')]).toEqual(['admin', 'http', '']);
    expect(() => portName(service, '82')).toThrow(expect.objectContaining({ code: 503, message: 'no service port 82 found for service "web"' }));
  });

  it('takes each ready endpoint sooner or later', () => {
    const slices = [slice(['10.0.0.1', '10.0.0.2']), slice(['10.0.0.3']), slice([])];
    const seen = new Set(Array.from({ length: 100 }, () => pickEndpoint('web', 'http', slices, random).host));
    expect([...seen].sort()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('names the pod behind it', () => {
    const endpoints = [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'web-a', namespace: 'ns' } }];
    expect(pickEndpoint('web', 'http', [slice([], { endpoints })], random)).toEqual({ host: '10.0.0.1', port: 8080, pod: { name: 'web-a', namespace: 'ns' } });
  });

  it.each([
    ['no slices', []],
    ['none that is ready', [slice([], { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }] })]],
    ['none with that port', [slice(['10.0.0.1'], { ports: [{ name: 'other', port: 1 }] })]],
    ['none by TCP', [slice(['10.0.0.1'], { ports: [{ name: 'http', port: 1, protocol: 'UDP' }] })]],
  ])('says that there are %s', (_, slices) => {
    expect(() => pickEndpoint('web', 'http', slices, random)).toThrow(expect.objectContaining({ code: 503, message: 'no endpoints available for service "web"' }));
  });
});
