import { servicePorts } from '../model/service-port';
import { serviceOf, sliceOf } from '../testing/objects';
import { staleUdpFlows } from './stale-udp';

const dns = { name: 'dns', port: 53, protocol: 'UDP' };
const withEndpoints = (ips: string[], more: object = {}) =>
  servicePorts(serviceOf('dns', { clusterIP: '10.96.0.10', ports: [{ ...dns, ...more }] }), [sliceOf('dns', ips, dns)], { nodeName: 'node', zone: '' });
const clusterIp = ['--orig-dst', '10.96.0.10', '--orig-port-dst', '53'];

test.each([
  ['nothing new', ['1'], ['1'], []],
  ['one leaves', ['1', '2'], ['2'], [[...clusterIp, '--dst-nat', '1']]],
  ['the first comes', [], ['1'], [clusterIp]],
  ['another comes', ['1'], ['1', '2'], []],
])('%s', (_name, before, after, expected) => expect(staleUdpFlows(withEndpoints(before), withEndpoints(after))).toEqual(expected));

test('the Service goes; node ports are cleaned up, too', () => {
  expect(staleUdpFlows(withEndpoints(['1'], { nodePort: 30053 }), [])).toEqual([
    [...clusterIp, '--dst-nat', '1'],
    ['--orig-port-dst', '30053', '--dst-nat', '1'],
  ]);
});

test('TCP is left alone', () => {
  const web = (ips: string[]) => servicePorts(serviceOf('web'), [sliceOf('web', ips)], { nodeName: 'node', zone: '' });
  expect(staleUdpFlows(web(['1']), web([]))).toEqual([]);
});

test('a terminating endpoint of this node is left for a ready one elsewhere, though policy Local would still use it', () => {
  const far = { ip: '1', node: 'far' };
  const ports = (ending: object, more: object = {}) =>
    servicePorts(serviceOf('dns', { clusterIP: '10.96.0.10', ports: [dns], ...more }), [sliceOf('dns', [far, { ip: '2', ...ending }], dns)], { nodeName: 'node', zone: '' });
  const ending = { ready: false, serving: true, terminating: true };
  expect(staleUdpFlows(ports({}), ports(ending))).toEqual([[...clusterIp, '--dst-nat', '2']]);
  const local = { internalTrafficPolicy: 'Local' };
  expect(staleUdpFlows(ports({}, local), ports(ending, local))).toEqual([]);
});
