import type { Pod, Service } from '@typernetes/api';
import { desiredEndpoints } from '../endpoints/desired-endpoints';
import { groupBackends } from './backend';

const service = (spec: Service['spec'] = {}): Service => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }], ...spec },
});

function pod(name: string, { ip = '10.244.1.1', ready = true, deleting = false, phase = 'Running', port = 8080, hostname = '' } = {}): Pod {
  return {
    metadata: { name, namespace: 'default', uid: name, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { nodeName: 'n', ...(hostname ? { hostname, subdomain: 'web' } : {}), containers: [{ name: 'c', ports: port ? [{ name: 'web', containerPort: port }] : [] }] },
    status: { phase, podIP: ip, podIPs: ip ? [{ ip }] : [], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

const backendsOf = (object: Service, pods: Pod[]) => groupBackends(object, pods, () => undefined).flatMap(({ backends }) => backends.map(({ pod: { metadata }, ready, serving, terminating }) => ({ name: metadata?.name, ready, serving, terminating })));

describe('groupBackends', () => {
  test.each([
    ['ready', pod('p'), {}, { ready: true, serving: true, terminating: false }],
    ['not ready', pod('p', { ready: false }), {}, { ready: false, serving: false, terminating: false }],
    ['not ready, but published', pod('p', { ready: false }), { publishNotReadyAddresses: true }, { ready: true, serving: false, terminating: false }],
    ['dying, still answering', pod('p', { deleting: true }), {}, { ready: false, serving: true, terminating: true }],
  ])('%s', (_name, backend, spec, expected) => expect(backendsOf(service(spec), [backend])).toEqual([{ name: 'p', ...expected }]));

  test.each([
    ['without an address', pod('p', { ip: '' })],
    ['ended', pod('p', { phase: 'Succeeded' })],
    ['of the other address family', pod('p', { ip: 'fd00::1' })],
  ])('none: %s', (_name, backend) => expect(backendsOf(service(), [backend])).toEqual([]));

  test('pods that differ in a named port make groups; an unknown name is left out', () => {
    const groups = groupBackends(service(), [pod('a', { ip: '10.0.0.1' }), pod('b', { ip: '10.0.0.2', port: 9090 }), pod('c', { ip: '10.0.0.3', port: 0 })], () => undefined);
    expect(groups.map(({ ports, backends }) => [ports.map(({ port }) => port), backends.map(({ address }) => address)])).toEqual([
      [[], ['10.0.0.3']],
      [[8080], ['10.0.0.1']],
      [[9090], ['10.0.0.2']],
    ]);
  });

  test('a hostname counts below its own headless Service', () => {
    const [group] = groupBackends(service({ clusterIP: 'None' }), [pod('p', { hostname: 'first' })], () => undefined);
    expect(group?.backends[0]?.hostname).toBe('first');
  });
});

describe('desiredEndpoints', () => {
  const subsetsOf = (pods: Pod[], spec: Service['spec'] = {}) => {
    const object = service(spec);
    return desiredEndpoints(object, groupBackends(object, pods, () => undefined)).subsets?.map(({ addresses, notReadyAddresses }) => [addresses?.map(({ ip }) => ip), notReadyAddresses?.map(({ ip }) => ip)]);
  };

  test('ready and not ready are kept apart; dying pods are gone', () => {
    const pods = [pod('a', { ip: '10.0.0.1' }), pod('b', { ip: '10.0.0.2', ready: false }), pod('c', { ip: '10.0.0.3', deleting: true })];
    expect(subsetsOf(pods)).toEqual([[['10.0.0.1'], ['10.0.0.2']]]);
    expect(subsetsOf(pods, { publishNotReadyAddresses: true })).toEqual([[['10.0.0.1', '10.0.0.2', '10.0.0.3'], undefined]]);
    expect(subsetsOf([])).toBeUndefined();
  });

  test('more than a thousand are cut off, and it says so', () => {
    const pods = Array.from({ length: 1001 }, (_, i) => pod(`p${i}`, { ip: `10.1.${Math.floor(i / 250)}.${i % 250}` }));
    const endpoints = desiredEndpoints(service(), groupBackends(service(), pods, () => undefined));
    expect(endpoints.subsets?.[0]?.addresses).toHaveLength(1000);
    expect(endpoints.metadata?.annotations).toEqual({ 'endpoints.kubernetes.io/over-capacity': 'truncated' });
  });
});
