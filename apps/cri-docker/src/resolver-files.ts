import type { cri } from '@typernetes/proto';

/** resolv.conf(5) of a sandbox; undefined when CRI gives no DNS configuration: then Docker's own applies. */
export function resolvConf(dns: cri.DNSConfig | undefined): string | undefined {
  if (!dns || dns.servers.length + dns.searches.length + dns.options.length === 0) return undefined;
  const lines = dns.servers.map((server) => `nameserver ${server}`);
  if (dns.searches.length > 0) lines.push(`search ${dns.searches.join(' ')}`);
  if (dns.options.length > 0) lines.push(`options ${dns.options.join(' ')}`);
  return `${lines.join('\n')}\n`;
}

/** hosts(5) of a sandbox; the kubelet mounts one of its own over it for pods. */
export function hostsFile(hostname: string, addresses: readonly string[]): string {
  const lines = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff00::0\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...(hostname ? addresses.map((address) => `${address}\t${hostname}`) : []),
  ];
  return `${lines.join('\n')}\n`;
}
