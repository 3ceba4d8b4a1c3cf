import type { Backend } from '../service-endpoints/backend';
import { hintingOf, hintsFor } from './hints';

const backend: Backend = { pod: {}, address: '10.244.1.2', nodeName: 'n', zone: 'z', ready: true, serving: true, terminating: false };
const zone = { forZones: [{ name: 'z' }] };

test.each<[string, Partial<Backend>, string | undefined, unknown]>([
  ['no wish', {}, undefined, undefined],
  ['the older name of the zone', {}, 'PreferClose', zone],
  ['the zone', {}, 'PreferSameZone', zone],
  ['a node without a zone', { zone: undefined }, 'PreferSameZone', undefined],
  ['the node', {}, 'PreferSameNode', { ...zone, forNodes: [{ name: 'n' }] }],
  ['the node, which has no zone', { zone: undefined }, 'PreferSameNode', { forNodes: [{ name: 'n' }] }],
  ['an endpoint that is not ready', { ready: false }, 'PreferSameNode', undefined],
])('%s', (_name, more, wish, expected) => expect(hintsFor({ ...backend, ...more }, wish)).toEqual(expected));

test.each<[string, Record<string, string>, (string | undefined)[]]>([
  ['Auto goes by CPUs, before the wish', { 'service.kubernetes.io/topology-mode': 'Auto' }, ['a', 'b', undefined]],
  ['so does its older name', { 'service.kubernetes.io/topology-aware-hints': 'auto' }, ['a', 'b', undefined]],
  ['without it the wish', { 'service.kubernetes.io/topology-mode': 'Disabled' }, ['a', 'a', undefined]],
])('%s', (_name, annotations, expected) => {
  const backends = ['1', '2', '3'].map((address) => ({ ...backend, address, zone: 'a', ready: address !== '3' }));
  const cpus = new Map([['a', 1], ['b', 1]]);
  const hinting = hintingOf({ metadata: { annotations }, spec: { trafficDistribution: 'PreferClose' } }, [{ ports: [], backends }], () => cpus);
  expect(backends.map((each) => hinting.of(each)?.forZones?.[0]?.name)).toEqual(expected);
});
