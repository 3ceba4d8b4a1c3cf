import { bridgeNetwork, firstConfFile, parseNetworkConfig } from './network-config';
import { addressesOf, pluginInput, pluginsFor } from './pod-network';
import { pluginErrorText } from './plugin';

const pod = { containerId: 'c', netns: '/n', args: {}, portMappings: [{ hostPort: 80, containerPort: 8080, protocol: 'tcp' as const }] };

test('the bridge network names the pod CIDR, and the MTU only when there is one', () => {
  const [bridge, portmap] = bridgeNetwork('10.244.1.0/24', 0).plugins;
  expect(bridge).toMatchObject({ type: 'bridge', bridge: 'cni0', ipMasq: false, hairpinMode: true, ipam: { ranges: [[{ subnet: '10.244.1.0/24' }]] } });
  expect(bridge).not.toHaveProperty('mtu');
  expect(portmap).toEqual({ type: 'portmap', capabilities: { portMappings: true }, snat: true });
  expect(bridgeNetwork('10.244.1.0/24', 1400).plugins[0]).toMatchObject({ mtu: 1400 });
});

test('the first configuration by name counts', () => {
  expect(firstConfFile(['99-z.conflist', 'README', '10-t8s.conflist', '10-t8s.conflist.new'])).toBe('10-t8s.conflist');
  expect(firstConfFile(['x.txt'])).toBeUndefined();
});

test('a single plugin is a list of one', () => {
  expect(parseNetworkConfig('f', '{"cniVersion":"0.4.0","name":"n","type":"ptp"}')).toMatchObject({ cniVersion: '0.4.0', name: 'n', plugins: [{ type: 'ptp' }] });
  expect(() => parseNetworkConfig('f', '{}')).toThrow('f is neither');
});

test('a plugin gets its part, the result so far and what it is capable of', () => {
  const network = bridgeNetwork('10.244.1.0/24', 0);
  const [bridge, portmap] = network.plugins;
  if (!bridge || !portmap) throw new Error('two plugins');
  expect(pluginInput(network, bridge, pod, undefined)).not.toHaveProperty('prevResult');
  expect(pluginInput(network, portmap, pod, { ips: [] })).toEqual({
    cniVersion: '1.0.0',
    name: 't8s',
    type: 'portmap',
    snat: true,
    runtimeConfig: { portMappings: pod.portMappings },
    prevResult: { ips: [] },
  });
  expect(addressesOf({ network, result: { ips: [{ address: '10.244.1.2/24' }] } })).toEqual(['10.244.1.2']);
});

test.each([
  ['{"code":7,"msg":"no","details":"why"}', '', 'plugin type="t" failed: no; why'],
  ['', 'crash\n', 'plugin type="t" failed: crash'],
])('failure %s %s', (stdout, stderr, text) => expect(pluginErrorText('t', stdout, stderr)).toBe(text));

test('only a pod with host ports needs portmap', () => {
  const network = bridgeNetwork('10.244.1.0/24', 0);
  const types = (portMappings: typeof pod.portMappings): string[] => pluginsFor(network, { ...pod, portMappings }).map(({ type }) => type);
  expect(types(pod.portMappings)).toEqual(['bridge', 'portmap']);
  expect(types([])).toEqual(['bridge']);
});
