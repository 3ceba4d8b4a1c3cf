import type { Pod } from '@typernetes/api';
import { namespaceOf } from '../pod/pod-kind';

export interface Resolver {
  servers: string[];
  searches: string[];
  options: string[];
}

/** resolv.conf(5) of the node. */
export function parseResolvConf(text: string): Resolver {
  const resolver: Resolver = { servers: [], searches: [], options: [] };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.replace(/[#;].*$/, '').trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0]) resolver.servers.push(values[0]);
    else if (keyword === 'search') resolver.searches = values.filter((value) => value !== '.');
    else if (keyword === 'options') resolver.options = values;
  }
  return resolver;
}

export interface ClusterDns {
  servers: string[];
  domain: string;
}

/** glibc's limits since 2.26, which the API validates too. */
const serversMax = 3;
const searchesMax = 32;

const unique = (values: string[]): string[] => [...new Set(values)];

function ofPolicy(pod: Pod, node: Resolver, { servers, domain }: ClusterDns): Resolver {
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const inCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.spec?.hostNetwork);
  if (!inCluster || servers.length === 0) return node;
  const namespace = namespaceOf(pod);
  const searches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return { servers, searches: unique([...searches, ...node.searches]), options: ['ndots:5'] };
}

/** What a pod's resolv.conf says: its dnsPolicy, then dnsConfig on top (an option of the same name wins). */
export function resolverOf(pod: Pod, node: Resolver, cluster: ClusterDns): Resolver {
  const base = ofPolicy(pod, node, cluster);
  const config = pod.spec?.dnsConfig;
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? option, option]));
  for (const { name, value } of config?.options ?? []) if (name) options.set(name, value === undefined ? name : `${name}:${value}`);
  return {
    servers: unique([...base.servers, ...(config?.nameservers ?? [])]).slice(0, serversMax),
    searches: unique([...base.searches, ...(config?.searches ?? [])]).slice(0, searchesMax),
    options: [...options.values()],
  };
}
