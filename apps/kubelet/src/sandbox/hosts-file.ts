import type { HostAlias } from '@typernetes/api';

const header = '# Kubernetes-managed hosts file.\n';
const hostNetworkHeader = '# Kubernetes-managed hosts file (host network).\n';

function aliasLines(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}

/** /etc/hosts of a pod with its own network. */
export function podHostsFile(pod: { ips: readonly string[]; hostname: string; fqdn: string; aliases: readonly HostAlias[] }): string {
  const fixed = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
  ];
  const names = pod.fqdn ? `${pod.fqdn}\t${pod.hostname}` : pod.hostname;
  const own = pod.ips.map((ip) => `${ip}\t${names}`);
  return `${header}${[...fixed, ...own].join('\n')}\n${aliasLines(pod.aliases)}`;
}

/** On the host's network: the node's own file, with the aliases. */
export const hostNetworkHostsFile = (nodeFile: string, aliases: readonly HostAlias[]): string =>
  `${hostNetworkHeader}${nodeFile}${aliasLines(aliases)}`;
