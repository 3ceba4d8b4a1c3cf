import { pod } from '../testing/builders';
import { podHostname } from './hostname';
import { podHostsFile } from './hosts-file';
import { parseResolvConf, resolverOf } from './resolver';

const node = parseResolvConf('# made by somebody\nnameserver 192.0.2.53\nsearch example.org .\noptions timeout:2\n');
const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };

describe('resolver', () => {
  test.each([
    ['ClusterFirst', {}, { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.org'], options: ['ndots:5'] }],
    ['ClusterFirst', { hostNetwork: true }, node],
    ['ClusterFirstWithHostNet', { hostNetwork: true }, { servers: ['10.96.0.10'] }],
    ['Default', {}, { servers: ['192.0.2.53'], searches: ['example.org'], options: ['timeout:2'] }],
    ['None', { dnsConfig: { nameservers: ['1.2.3.4'], searches: ['a.b'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] } }, { servers: ['1.2.3.4'], searches: ['a.b'], options: ['ndots:2', 'edns0'] }],
  ])('%s %j', (dnsPolicy, more, expected) => expect(resolverOf(pod({ dnsPolicy, ...more }), node, cluster)).toMatchObject(expected));
  test('an option of dnsConfig wins', () => {
    expect(resolverOf(pod({ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }), node, cluster).options).toEqual(['ndots:1']);
  });
});

test('hostname and subdomain', () => {
  expect(podHostname(pod(), 'cluster.local')).toEqual({ hostname: 'web', fqdn: '' });
  expect(podHostname(pod({ hostname: 'h', subdomain: 'sub' }), 'cluster.local')).toEqual({ hostname: 'h', fqdn: 'h.sub.default.svc.cluster.local' });
  expect(podHostname(pod({ subdomain: 'sub', setHostnameAsFQDN: true }), 'cluster.local').hostname).toBe('web.sub.default.svc.cluster.local');
});

test('hosts file with aliases', () => {
  const text = podHostsFile({ ips: ['10.244.0.2'], hostname: 'h', fqdn: 'h.sub', aliases: [{ ip: '1.2.3.4', hostnames: ['x', 'y'] }] });
  expect(text).toMatch(/^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
  expect(text).toContain('\n10.244.0.2\th.sub\th\n');
  expect(text).toMatch(/# Entries added by HostAliases\.\n1\.2\.3\.4\tx\ty\n$/);
});
