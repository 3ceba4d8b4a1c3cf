import { desiredRoutes, routeCommands } from './desired-routes';

const facts = { nodeName: 'a', nodeIP: '172.30.1.1', clusterCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16', nodePortAddresses: [], bridgeNetfilter: true };
const node = (name: string, internalIP: string, podCidr: string) => ({ name, internalIP, podCidr, zone: '', ready: true, excluded: false });

test('other nodes by their address, never the own one, nothing without address or CIDR', () => {
  const nodes = [node('a', '172.30.1.1', '10.244.0.0/24'), node('b', '172.30.1.2', '10.244.1.0/24'), node('c', '', '10.244.2.0/24'), node('d', '172.30.1.4', '')];
  expect(desiredRoutes(nodes, facts)).toEqual([
    { destination: '10.244.1.0/24', path: 'via 172.30.1.2' },
    { destination: '10.96.0.0/16', path: 'dev t8s0 src 172.30.1.1' },
    { destination: '10.244.0.0/16', path: 'dev t8s0 src 172.30.1.1' },
  ]);
});

test('ranges of ServiceCIDRs too, but none that holds a node, nor IPv6', () => {
  const cidrs = ['10.98.0.0/24', '10.97.0.0/24', '172.30.0.0/16', '172.16.0.0/12', '0.0.0.0/1', 'fd00::/112', '10.96.0.0/16'];
  expect(desiredRoutes([node('a', '172.30.1.1', '10.244.0.0/24')], facts, cidrs).map(({ destination }) => destination)).toEqual(['10.96.0.0/16', '10.244.0.0/16', '10.97.0.0/24', '10.98.0.0/24']);
});

test('only what differs is touched', () => {
  const present = [{ destination: '1', path: 'via a' }, { destination: '2', path: 'via b' }, { destination: '3', path: 'via c' }];
  const desired = [{ destination: '1', path: 'via a' }, { destination: '2', path: 'via x' }, { destination: '4', path: 'via d' }];
  expect(routeCommands(present, desired, 141)).toEqual(['route del 3 proto 141', 'route replace 2 via x proto 141', 'route replace 4 via d proto 141']);
});
