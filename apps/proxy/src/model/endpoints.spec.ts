import { sliceOf } from '../testing/objects';
import { endpointsByPort, usable } from './endpoints';

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
