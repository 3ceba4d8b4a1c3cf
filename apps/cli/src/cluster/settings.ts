import { isIP } from 'node:net';
import { UsageProblem } from '../problem';
import { addressAt, overlap, parseRange } from './cidr';

/** What a user decides about a cluster; kept in its state directory, so that every later command agrees. */
export interface ClusterSettings {
  name: string;
  workers: number;
  /** The network of the nodes themselves; at least a /16, since its parts have fixed places. */
  nodeCidr: string;
  podCidr: string;
  serviceCidr: string;
  /** Address and port of the host that lead to the API. */
  apiBind: string;
  /** Node ports that the host forwards to the first worker, at the address of `apiBind`: `30000-30010`; empty for none. */
  publish: string;
  /** Address of a name server for names outside the cluster; empty for none. */
  dnsUpstream: string;
}

export const defaultSettings: ClusterSettings = {
  name: 't8s',
  workers: 2,
  nodeCidr: '172.30.0.0/16',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  apiBind: '127.0.0.1:6443',
  publish: '',
  dnsUpstream: '',
};

/** Workers that the fixed places in the node network have room for. */
export const workersMax = 250;

/** Fixed addresses within the node network; see docs/architecture.md. */
export interface ClusterAddresses {
  gateway: string;
  etcd: string;
  apiserver: string;
  scheduler: string;
  controllerManager: string;
  workers: string[];
  /** The Service `kubernetes`. */
  kubernetesService: string;
  /** The Service `kube-dns`. */
  clusterDns: string;
  loadBalancerCidr: string;
  /** Automatic addresses of containers that join the network beside the cluster. */
  clientCidr: string;
}

export function clusterAddresses(settings: ClusterSettings): ClusterAddresses {
  const node = (third: number, fourth: number): string => addressAt(settings.nodeCidr, third * 256 + fourth);
  return {
    gateway: node(0, 1),
    etcd: node(0, 2),
    apiserver: node(0, 10),
    scheduler: node(0, 11),
    controllerManager: node(0, 12),
    workers: Array.from({ length: settings.workers }, (_, index) => node(1, index + 1)),
    kubernetesService: addressAt(settings.serviceCidr, 1),
    clusterDns: addressAt(settings.serviceCidr, 10),
    loadBalancerCidr: `${node(200, 0)}/24`,
    clientCidr: `${node(100, 0)}/24`,
  };
}

export const workerName = (index: number): string => `worker-${index + 1}`;

/** The URL that kubectl on the host uses. */
export function serverUrl(settings: ClusterSettings): string {
  return `https://${settings.apiBind.replace(/^0\.0\.0\.0:/, '127.0.0.1:')}`;
}

/** Flags of the ranges. */
export const rangeFlags = { nodeCidr: '--node-cidr', podCidr: '--pod-cidr', serviceCidr: '--service-cidr' } as const;

function checkRanges(settings: ClusterSettings): void {
  const flags = Object.entries(rangeFlags) as [keyof typeof rangeFlags, string][];
  for (const [key, flag] of flags) {
    try {
      parseRange(settings[key]);
    } catch (cause) {
      throw new UsageProblem(`${flag} ${settings[key]} is no IPv4 range.`, `Give one such as ${flag} ${defaultSettings[key]}.`, { cause });
    }
  }
  if (parseRange(settings.nodeCidr).size < 65_536) {
    throw new UsageProblem(`--node-cidr ${settings.nodeCidr} is too small.`, 'Give a /16 or larger range.');
  }
  for (const [index, [key, flag]] of flags.entries()) {
    const other = flags.slice(index + 1).find(([otherKey]) => overlap(settings[key], settings[otherKey]));
    if (other) throw new UsageProblem(`${flag} and ${other[1]} overlap.`, 'Give ranges that have no address in common.');
  }
}

/** The range that the apiserver gives node ports from. */
const nodePorts = { first: 30_000, last: 32_767 };

function isNodePorts(text: string): boolean {
  const [, first, last = first] = /^(\d{5})(?:-(\d{5}))?$/.exec(text) ?? [];
  return nodePorts.first <= Number(first) && Number(first) <= Number(last) && Number(last) <= nodePorts.last;
}

/**
 * Checks what the user asked for.
 * @throws UsageProblem
 */
export function checkSettings(settings: ClusterSettings): void {
  if (!/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/.test(settings.name)) {
    throw new UsageProblem(`--name ${settings.name} is no cluster name.`, 'Use up to 32 lower-case letters, digits and dashes.');
  }
  if (!Number.isInteger(settings.workers) || settings.workers < 1 || settings.workers > workersMax) {
    throw new UsageProblem(`--workers ${settings.workers} is out of range.`, `Give a number from 1 to ${workersMax}.`);
  }
  if (settings.publish && !isNodePorts(settings.publish)) {
    throw new UsageProblem(`--publish ${settings.publish} is no range of node ports.`, 'Give a port or a range from 30000 to 32767, such as 30000-30010.');
  }
  const [, apiPort] = /^[^\s:]+:(\d{1,5})$/.exec(settings.apiBind) ?? [];
  if (!apiPort || Number(apiPort) < 1 || Number(apiPort) > 65_535) {
    throw new UsageProblem(`--api ${settings.apiBind} is no address and port.`, `Give one such as --api ${defaultSettings.apiBind}.`);
  }
  if (settings.dnsUpstream && !isIP(settings.dnsUpstream.replace(/:\d+$/, ''))) {
    throw new UsageProblem(`--dns-upstream ${settings.dnsUpstream} is no address.`, 'Give the address of a name server, such as --dns-upstream 192.0.2.53.');
  }
  checkRanges(settings);
}
