import { parseRoutes, routeInTheWay } from './routes';

const routes = parseRoutes(`default via 192.0.2.1 dev eth0
unreachable 10.96.0.0/16
10.0.0.0/8 via 10.8.0.1 dev tun0 proto static metric 50
172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown
10.8.0.1 dev tun0 scope link
`);

it('reads networks and single addresses, not the default route and not what rejects', () => {
  expect(routes).toEqual([
    { cidr: '10.0.0.0/8', device: 'tun0' },
    { cidr: '172.17.0.0/16', device: 'docker0' },
    { cidr: '10.8.0.1/32', device: 'tun0' },
  ]);
});

it.each([
  ['10.244.0.0/16', 'tun0'],
  ['172.30.0.0/16', undefined],
  ['172.16.0.0/12', 'docker0'],
])('%s is in the way of %s', (range, device) => {
  expect(routeInTheWay(range, routes)?.device).toBe(device);
});
