import type { Service } from '@typernetes/api';
import { seededRandom, type KubernetesObject } from '@typernetes/machinery';
import { Mirror, type Operation, type Storage } from '@typernetes/storage';
import { firstAttempt } from '../store/commit-hook';
import { ipKey, portKey } from './claims';
import { ipAddressKey } from './ip-address-object';
import { ServiceAllocator } from './service-allocator';

type ServiceObject = KubernetesObject & Service;

/** An allocator whose caches know that these keys are taken. */
function makeAllocator(): ServiceAllocator {
  const mirror = new Mirror({} as Storage);
  const empty = (path: string) => mirror.declare({ path, attributesOf: () => ({ labels: {}, fields: {} }) });
  const shown = { ranges: empty('servicecidrs'), addresses: empty('ipaddresses') };
  return new ServiceAllocator({ serviceClusterIpRange: '10.96.0.0/24', serviceNodePortRange: '30000-30009', random: seededRandom(1) }, mirror, shown);
}

const service = (spec: Service['spec']): ServiceObject => ({ kind: 'Service', apiVersion: 'v1', metadata: { name: 's', namespace: 'default', uid: 'u' }, spec: { ports: [{ port: 80 }], type: 'ClusterIP', ...spec } });

const shown = (operations: readonly Operation[]): string[] => operations.map(({ type, key }) => `${type} ${key.replace(/^\/registry\/(t8s\/)?/, '')}`);

const plan = (next: ServiceObject | undefined, previous?: ServiceObject, taken: string[] = []): string[] =>
  shown(makeAllocator().plan({ ...(next ? { next } : {}), ...(previous ? { previous } : {}), attempt: { ...firstAttempt, taken: new Set(taken) } }));

describe('ServiceAllocator', () => {
  it('gives an address above the band of chosen ones, and claims it', () => {
    const next = service({});
    const operations = plan(next);
    expect(next.spec).toMatchObject({ clusterIPs: [next.spec?.clusterIP], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
    expect(Number(next.spec?.clusterIP?.split('.')[3])).toBeGreaterThan(16);
    expect(operations).toEqual([`put ipallocations/${next.spec?.clusterIP}`, `put ipaddresses/${next.spec?.clusterIP}`]);
  });

  it('gives node ports, one for both protocols of a port', () => {
    const next = service({
      type: 'NodePort',
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        { name: 'http', port: 80 },
      ],
    });
    plan(next);
    const [udp, tcp, http] = (next.spec?.ports ?? []).map(({ nodePort }) => nodePort);
    expect(udp).toBe(tcp);
    expect(http).not.toBe(tcp);
  });

  it('claims a health check port for LoadBalancer with local traffic', () => {
    const next = service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    expect(plan(next).filter((text) => text.startsWith('put nodeports/'))).toHaveLength(2);
    expect(next.spec?.healthCheckNodePort).toBeGreaterThanOrEqual(30000);
  });

  it.each<[string, Service['spec'], string[], string]>([
    ['an address of somebody else', { clusterIP: '10.96.0.10' }, [ipKey('10.96.0.10')], 'spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated'],
    ['an address outside', { clusterIP: '10.97.0.10' }, [], 'spec.clusterIPs: Invalid value: ["10.97.0.10"]: failed to allocate IP 10.97.0.10: the provided network does not match the current range'],
    ['the network address', { clusterIP: '10.96.0.0' }, [], 'failed to allocate IP 10.96.0.0: the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/24'],
    ["an address that a user's own object keeps", { clusterIP: '10.96.0.11' }, [ipAddressKey('10.96.0.11')], 'provided IP is already allocated'],
    ['a port of somebody else', { type: 'NodePort', ports: [{ port: 80, nodePort: 30000 }] }, [portKey(30000)], 'spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated'],
    ['a port outside', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }, [], 'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-30009'],
    ['two families', { ipFamilyPolicy: 'RequireDualStack' }, [], 'this cluster is not configured for dual-stack services'],
  ])('refuses %s', (_, spec, taken, message) => {
    expect(() => plan(service(spec), undefined, taken)).toThrow(message);
  });

  it.each<[string, Service['spec'], Service['spec'], string[]]>([
    ['nothing for the same again', { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] }, { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] }, []],
    ['the address when it becomes ExternalName', { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] }, { type: 'ExternalName', externalName: 'a.b' }, ['delete ipallocations/10.96.0.9', 'delete ipaddresses/10.96.0.9']],
    ['the port when it is a ClusterIP again', { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30001 }] }, { clusterIP: '10.96.0.9' }, ['delete nodeports/30001']],
  ])('frees %s', (_, previous, next, expected) => {
    expect(plan(service(next), service(previous))).toEqual(expected);
  });

  it('frees all at deletion', () => {
    expect(plan(undefined, service({ clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30001 }] }))).toEqual(['delete ipallocations/10.96.0.9', 'delete ipaddresses/10.96.0.9', 'delete nodeports/30001']);
  });

  it('claims nothing for headless Services', () => {
    const next = service({ clusterIP: 'None', selector: { a: 'b' } });
    expect(plan(next)).toEqual([]);
    expect(next.spec).toMatchObject({ clusterIPs: ['None'], ipFamilyPolicy: 'SingleStack' });
  });

  it('says when all ports are taken', () => {
    const all = Array.from({ length: 10 }, (_, i) => portKey(30000 + i));
    expect(() => plan(service({ type: 'NodePort' }), undefined, all)).toThrow('range is full');
  });
});
