import type { Node } from '@typernetes/api';
import { shareZones, zoneCpus, type PlacedEndpoint } from './zone-shares';

const node = (zone: string, cpu: string, { ready = 'True', labels = {} } = {}): Node => ({
  metadata: { name: `${zone}-${cpu}`, labels: { ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}), ...labels } },
  status: { allocatable: cpu ? { cpu } : {}, conditions: [{ type: 'Ready', status: ready }] },
});

const noInfo = 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
test.each<[string, Node[], Record<string, number> | string]>([
  ['adds up', [node('a', '2'), node('a', '500m'), node('b', '4')], { a: 2500, b: 4000 }],
  ['without zone', [node('a', '2'), node('', '2')], noInfo],
  ['without CPU', [node('a', '2'), node('b', '')], noInfo],
  ['not those that are not ready', [node('a', '2'), node('b', '2', { ready: 'Unknown' })], 'Nodes only ready in one zone'],
  ['not the control plane', [node('a', '2'), node('b', '2'), node('c', '2', { labels: { 'node-role.kubernetes.io/control-plane': '' } })], { a: 2000, b: 2000 }],
])('CPUs of zones: %s', (_name, nodes, expected) => {
  const found = zoneCpus(nodes);
  expect(typeof found === 'string' ? found : Object.fromEntries(found)).toEqual(expected);
});

/** `a a b`: addresses 1, 2 and 3 in these zones. */
const placed = (zones: string): PlacedEndpoint[] => zones.split(' ').map((zone, i) => ({ address: String(i + 1), ...(zone === '-' ? {} : { zone }) }));
const even = new Map([['a', 2], ['b', 2]]);
const three = new Map([['a', 4], ['b', 1], ['c', 1]]);

test.each<[string, string, ReadonlyMap<string, number> | string, string]>([
  ['each its own', 'a b a b', even, 'a b a b'],
  ['one more does no harm', 'a a a b b b b', even, 'a a a b b b b'],
  ['those with more give', 'a a a b', even, 'a a b b'],
  ['a zone without endpoints receives', 'a a a a', even, 'a a b b'],
  ['by CPUs', 'b b c c a a', three, 'b a c a a a'],
  ['an endpoint in a zone without nodes is given away first', 'x a a b', even, 'b a a b'],
  ['too few', 'a', even, 'Insufficient number of endpoints (1 endpoints, 2 zones)'],
  ['too few to be fair', 'a a b', even, 'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)'],
  ['without zone', 'a -', even, 'One or more endpoints do not have a zone specified'],
  ['without nodes', 'a b', noInfo, noInfo],
])('%s', (_name, zones, cpus, expected) => {
  const shared = shareZones(placed(zones), cpus);
  expect(typeof shared === 'string' ? shared : [...shared].sort(([a], [b]) => Number(a) - Number(b)).map(([, zone]) => zone).join(' ')).toBe(expected);
});
