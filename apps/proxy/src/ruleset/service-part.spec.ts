import type { Service } from '@typernetes/api';
import type { NodeFacts } from '../model/node-facts';
import { servicePorts } from '../model/service-port';
import type { EndpointOf } from '../testing/objects';
import { serviceOf, sliceOf } from '../testing/objects';
import { fixedCommands } from './fixed';
import { servicePart } from './service-part';

const facts: NodeFacts = {
  nodeName: 'node',
  nodeIP: '172.30.1.1',
  clusterCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  nodePortAddresses: ['172.30.1.1'],
  bridgeNetfilter: true,
};

type Spec = Partial<NonNullable<Service['spec']>>;

/** The part as text, without hashes: `chain: rule` and `collection[key]: verdict`. */
function rulesOf(spec: Spec, endpoints: (string | EndpointOf)[], ingress: string[] = []): string[] {
  const ports = servicePorts(serviceOf('web', spec, ingress), [sliceOf('web', endpoints)], { nodeName: 'node', zone: '' });
  const text = ports
    .map((port) => servicePart(port, facts))
    .flatMap(({ chains, sets, elements }) => [
      ...chains.flatMap(([name, rules]) => rules.map((rule) => `${name}: ${rule}`)),
      ...sets.map(([name, definition]) => `set ${name} ${definition}`),
      ...elements.map(([collection, key, value]) => `${collection}[${key}]${value && `: ${value}`}`),
    ]);
  return text.map((line) => line.replace(/-[0-9A-F]{8}-default\/web\/tcp\/http/g, ''));
}

const nodePort: Spec = { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', name: 'http', nodePort: 30080 }] };

test('ClusterIP with two endpoints', () => {
  expect(rulesOf({}, ['10.244.1.2', { ip: '10.244.1.3', node: 'other' }])).toEqual([
    'service: ip daddr 10.96.0.50 tcp dport 80 ip saddr != @pod-cidrs jump mark-for-masquerade',
    'service: meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.1.2 . 80, 1 : 10.244.1.3 . 80 }',
    'cluster-ips[10.96.0.50]',
    'service-ips[10.96.0.50 . tcp . 80]: goto service',
    'hairpin-endpoints[10.244.1.2 . 10.244.1.2]',
    'local-endpoints[10.244.1.2]',
  ]);
});

test('no endpoints: rejected, and the port is not forwarded', () => {
  expect(rulesOf(nodePort, [])).toEqual([
    'cluster-ips[10.96.0.50]',
    'no-endpoint-services[10.96.0.50 . tcp . 80]: goto reject-chain',
    'no-endpoint-nodeports[tcp . 30080]: goto reject-chain',
  ]);
});

const elementsOf = (lines: string[]): string[] => lines.filter((line) => /^(no-endpoint|service)-[a-z]+\[/.test(line));

test.each<[string, Spec, (string | EndpointOf)[], string[]]>([
  ['node port', nodePort, ['10.244.1.2'], ['service-ips[10.96.0.50 . tcp . 80]: goto service', 'service-nodeports[tcp . 30080]: goto external']],
  [
    'external address',
    { externalIPs: ['203.0.113.9', 'fd00::1'] },
    ['10.244.1.2'],
    ['service-ips[10.96.0.50 . tcp . 80]: goto service', 'service-ips[203.0.113.9 . tcp . 80]: goto external'],
  ],
  [
    'internal policy Local without a local endpoint',
    { internalTrafficPolicy: 'Local' },
    [{ ip: '10.244.2.2', node: 'other' }],
    ['no-endpoint-services[10.96.0.50 . tcp . 80]: drop'],
  ],
  [
    'internal policy Local with one',
    { internalTrafficPolicy: 'Local' },
    ['10.244.1.2', { ip: '10.244.2.2', node: 'other' }],
    ['service-ips[10.96.0.50 . tcp . 80]: goto local'],
  ],
  [
    'external policy Local without a local endpoint',
    { ...nodePort, externalTrafficPolicy: 'Local' },
    [{ ip: '10.244.2.2', node: 'other' }],
    [
      'service-ips[10.96.0.50 . tcp . 80]: goto service',
      'service-nodeports[tcp . 30080]: goto external',
      'no-endpoint-nodeports[tcp . 30080]: drop',
    ],
  ],
])('elements: %s', (_name, spec, endpoints, expected) => expect(elementsOf(rulesOf(spec, endpoints))).toEqual(expected));

const chain = (lines: string[], name: string): string[] => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));

test('external policy Local: the cluster goes anywhere, others to local endpoints with their own address', () => {
  const lines = rulesOf({ ...nodePort, externalTrafficPolicy: 'Local' }, ['10.244.1.2', { ip: '10.244.2.2', node: 'other' }]);
  expect(chain(lines, 'external')).toEqual([
    'ip saddr @own-pod-cidrs goto service',
    'fib saddr type local jump mark-for-masquerade',
    'fib saddr type local goto service',
    'goto local',
  ]);
  expect(chain(lines, 'local')).toEqual(['meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.1.2 . 80 }']);
});

test('ClientIP affinity: a set with a timeout per endpoint, looked at first', () => {
  const lines = rulesOf({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }, ['10.244.1.2']);
  expect(chain(lines, 'service')).toContain('ip saddr @affinity__10.244.1.2/80 goto endpoint__10.244.1.2/80');
  expect(chain(lines, 'endpoint__10.244.1.2/80')).toContain('update @affinity__10.244.1.2/80 { ip saddr }');
  expect(lines).toContain('set affinity__10.244.1.2/80 { type ipv4_addr; flags dynamic,timeout; timeout 60s; }');
});

test('load balancer source ranges', () => {
  const spec = { ...nodePort, type: 'LoadBalancer', loadBalancerSourceRanges: ['198.51.100.0/24', ' 203.0.113.0/24'] };
  const lines = rulesOf(spec, ['10.244.1.2'], ['172.30.200.1']);
  expect(chain(lines, 'firewall')).toEqual(['ip saddr != { 198.51.100.0/24, 203.0.113.0/24 } drop']);
  expect(lines).toContain('firewall-ips[172.30.200.1 . tcp . 80]: goto firewall');
  expect(lines).toContain('load-balancer-ips[172.30.200.1]');
});

test('without netfilter on bridges, pods of the node reach local endpoints masqueraded', () => {
  const rule = /@pod-cidrs ip daddr @local-endpoints ct status dnat masquerade/;
  expect(fixedCommands(facts).some((line) => rule.test(line))).toBe(false);
  expect(fixedCommands({ ...facts, bridgeNetfilter: false }).some((line) => rule.test(line))).toBe(true);
});

test.each<[string, Spec]>([
  ['headless', { clusterIP: 'None' }],
  ['external name', { type: 'ExternalName', clusterIP: '' }],
  ['IPv6', { clusterIP: 'fd00::1' }],
])('not ours: %s', (_name, spec) => expect(rulesOf(spec, ['10.244.1.2'])).toEqual([]));
