import type { Pod } from '@typernetes/api';
import type { Refusal } from './refusal';

/** Sysctls that cannot harm other pods or the node (task documentation "Using sysctls in a Kubernetes Cluster"). */
const safe: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

const ofNetwork = /^net\./;
const ofIpc = /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/;

/** `a/b.c` and `a.b/c` are one name: whichever separator comes first separates. */
export function dottedSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === '/' ? name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/')) : name;
}

/** Names of the node's own list may end in `*`. */
const isListed = (name: string, list: readonly string[]): boolean =>
  list.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry));

/** The kernel parameters that a pod may set: the safe ones, those that the node allows, and none of a namespace that it shares. */
export function sysctlRefusal({ spec }: Pod, allowedUnsafe: readonly string[]): Refusal | undefined {
  for (const { name: given } of spec?.securityContext?.sysctls ?? []) {
    const name = dottedSysctl(given);
    const refused = (why: string): Refusal => ({ reason: 'SysctlForbidden', message: `forbidden sysctl: ${JSON.stringify(given)} ${why}` });
    if (ofNetwork.test(name) && spec?.hostNetwork) return refused('not allowed with host net enabled');
    if (ofIpc.test(name) && spec?.hostIPC) return refused('not allowed with host ipc enabled');
    if (!isListed(name, safe) && !isListed(name, allowedUnsafe.map(dottedSysctl))) return refused('not allowlisted');
  }
  return undefined;
}
