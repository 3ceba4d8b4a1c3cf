import type { Backend } from '../service-endpoints/backend';
import { hintsFor } from './hints';

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
