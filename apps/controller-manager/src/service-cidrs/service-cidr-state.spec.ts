import type { IPAddress, ServiceCIDR } from '@typernetes/api';
import { canBeDeleted, hasAddress } from './service-cidr-state';

const ready = { conditions: [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '' }] };
const cidr = (name: string, cidrs: string[], more: Partial<ServiceCIDR> = {}): ServiceCIDR => ({ metadata: { name }, spec: { cidrs }, status: ready, ...more });
const ip = (name: string, label = 'ipallocator.k8s.io'): IPAddress => ({ spec: { parentRef: { resource: 'services', name: 's' } }, metadata: { name, labels: { 'ipaddress.kubernetes.io/managed-by': label } } });
const gone = { metadata: { name: 'b', deletionTimestamp: '2030-01-01T00:00:00Z' } };

test.each<[string, ServiceCIDR[], IPAddress[], boolean]>([
  ['nothing in use', [], [], true],
  ['an address in use', [], [ip('10.0.1.7')], false],
  ['an address of another range', [], [ip('10.0.2.7')], true],
  ["a user's own address", [], [ip('10.0.1.7', 'me')], true],
  ['covered by a greater one', [cidr('b', ['10.0.0.0/16'])], [ip('10.0.1.7')], true],
  ['the address is in a smaller one', [cidr('b', ['10.0.1.0/28'])], [ip('10.0.1.7')], true],
  ['one of two addresses is not', [cidr('b', ['10.0.1.0/29'])], [ip('10.0.1.7'), ip('10.0.1.8')], false],
  ['the other one goes too', [cidr('b', ['10.0.0.0/16'], gone)], [ip('10.0.1.7')], false],
  ['the other one is not ready', [cidr('b', ['10.0.0.0/16'], { status: {} })], [ip('10.0.1.7')], false],
  ['IPv6 in use', [cidr('b', ['10.0.0.0/16'])], [ip('fd00::7')], false],
])('%s', (_name, others, addresses, expected) => {
  const own = cidr('a', ['10.0.1.0/24', 'fd00::/112']);
  expect(canBeDeleted(own, [own, ...others], addresses)).toBe(expected);
});

test.each([['10.0.1.255', true], ['10.0.2.0', false], ['fd00::1', true], ['nonsense', false]])('%s: %s', (address, expected) =>
  expect(hasAddress(cidr('a', ['10.0.1.0/24', 'fd00::/112']), address)).toBe(expected),
);
