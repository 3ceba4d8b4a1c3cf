import type { EndpointOf } from '../testing/objects';
import { sliceOf } from '../testing/objects';
import { endpointsByPort, nearest, usable } from './endpoints';

const ips = (slices: Parameters<typeof endpointsByPort>[0]): string[] =>
  usable(endpointsByPort(slices, 'node').get('http/tcp') ?? []).map(({ ip }) => ip);

test.each([
  ['ready ones, in order', [sliceOf('web', ['10.0.0.2', '10.0.0.1'])], ['10.0.0.1', '10.0.0.2']],
  ['not the unready', [sliceOf('web', ['10.0.0.1', { ip: '10.0.0.2', ready: false }])], ['10.0.0.1']],
  ['terminating ones only while there is nothing better', [sliceOf('web', [{ ip: '10.0.0.1', ready: false, serving: true, terminating: true }, '10.0.0.2'])], ['10.0.0.2']],
  ['terminating ones rather than none', [sliceOf('web', [{ ip: '10.0.0.1', ready: false, serving: true, terminating: true }])], ['10.0.0.1']],
  ['the better news when it stands in two slices', [sliceOf('web', [{ ip: '10.0.0.1', ready: false }]), sliceOf('web', ['10.0.0.1'])], ['10.0.0.1']],
  ['no IPv6', [{ ...sliceOf('web', ['fd00::1']), addressType: 'IPv6' }], []],
])('%s', (_name, slices, expected) => expect(ips(slices)).toEqual(expected));

test('unknown conditions count as ready', () => {
  const slice = sliceOf('web', []);
  slice.endpoints = [{ addresses: ['10.0.0.1'] }];
  expect(ips([slice])).toEqual(['10.0.0.1']);
});

const hint = (ip: string, forZones: string[], forNodes?: string[]): EndpointOf => ({ ip, forZones, forNodes });
test.each<[string, EndpointOf[], string[]]>([
  ['no hints: all', [{ ip: '1' }, { ip: '2' }], ['1', '2']],
  ['those for our zone', [hint('1', ['here']), hint('2', ['there'])], ['1']],
  ['one without a hint: all', [hint('1', ['here']), { ip: '2' }], ['1', '2']],
  ['none for us: all', [hint('1', ['there']), hint('2', ['there'])], ['1', '2']],
  ['those for our node before those for our zone', [hint('1', ['here'], ['node']), hint('2', ['here'], ['other'])], ['1']],
  ['none for our node: those for our zone', [hint('1', ['there'], ['far']), hint('2', ['here'], ['other'])], ['2']],
  ['terminating ones are the last resort: all', [{ ...hint('1', ['there']), ready: false, serving: true, terminating: true }], ['1']],
])('nearest: %s', (_name, endpoints, expected) => {
  const found = usable(endpointsByPort([sliceOf('web', endpoints)], 'node').get('http/tcp') ?? []);
  expect(nearest(found, { nodeName: 'node', zone: 'here' }).map(({ ip }) => ip)).toEqual(expected);
});

test('a node without a zone takes all', () => {
  const found = endpointsByPort([sliceOf('web', [hint('1', ['there'])])], 'node').get('http/tcp') ?? [];
  expect(nearest(found, { nodeName: 'node', zone: '' })).toHaveLength(1);
});
