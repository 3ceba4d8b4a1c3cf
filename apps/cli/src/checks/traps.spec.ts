import { defaultSettings, type ClusterSettings } from '../cluster/settings';
import { findTrap, type HostFacts } from './traps';

const good: HostFacts = {
  memoryBytes: 8 * 2 ** 30,
  freeDiskBytes: 50 * 2 ** 30,
  diskPath: '/var/lib/docker',
  inotifyInstances: 128,
  inotifyWatches: 8_192,
  networks: [{ name: 'bridge', subnets: ['172.17.0.0/16'] }, { name: 'host', subnets: [] }, { name: 'six', subnets: ['fd00::/64'] }],
  routes: [{ cidr: '192.168.1.0/24', device: 'eth0' }],
};

it('finds nothing on a machine that fits, also where figures cannot be read', () => {
  expect(findTrap(good, defaultSettings)).toBeUndefined();
  expect(findTrap({ ...good, inotifyInstances: undefined, inotifyWatches: undefined }, defaultSettings)).toBeUndefined();
});

it.each<[string, Partial<HostFacts>, Partial<ClusterSettings>, string, string]>([
  ['memory', { memoryBytes: 2 ** 30 }, {}, 'Docker has 1.0 GiB of memory; 2 workers need 1.5 GiB.', '--workers'],
  ['memory of many', {}, { workers: 40 }, 'Docker has 8.0 GiB of memory; 40 workers need 16.7 GiB.', '--workers'],
  ['memory of one', { memoryBytes: 2 ** 30 }, { workers: 1 }, 'Docker has 1.0 GiB of memory; 1 worker needs 1.1 GiB.', 'Docker Desktop'],
  ['disk', { freeDiskBytes: 3 * 2 ** 30 }, {}, 'Only 3.0 GiB of disk are free at /var/lib/docker; 4.0 GiB are needed.', 'docker system prune'],
  ['inotify instances', { inotifyInstances: 127 }, {}, 'The inotify limit of this host, 127 instances, is too low for several nodes.', 'sysctl fs.inotify.max_user_instances'],
  ['inotify watches', { inotifyWatches: 100 }, {}, 'The inotify limit of this host, 100 watches, is too low for several nodes.', 'sysctl fs.inotify.max_user_watches'],
  ['a network', { networks: [{ name: 'shop', subnets: ['172.30.4.0/24'] }] }, {}, 'The Docker network "shop" uses addresses of 172.30.0.0/16.', '--node-cidr'],
  ['a VPN', { routes: [{ cidr: '10.0.0.0/8', device: 'tun0' }] }, {}, 'A route of this host (10.0.0.0/8 by tun0, perhaps a VPN) uses addresses of 10.244.0.0/16.', '--pod-cidr'],
  ['a VPN and Services', { routes: [{ cidr: '10.0.0.0/8', device: 'tun0' }] }, { podCidr: '192.168.0.0/16' }, 'A route of this host (10.0.0.0/8 by tun0, perhaps a VPN) uses addresses of 10.96.0.0/16.', '--service-cidr'],
])('finds too little or taken: %s', (_what, facts, settings, message, nextStep) => {
  const problem = findTrap({ ...good, ...facts }, { ...defaultSettings, ...settings });
  expect(problem?.message).toBe(message);
  expect(problem?.nextStep).toContain(nextStep);
});
