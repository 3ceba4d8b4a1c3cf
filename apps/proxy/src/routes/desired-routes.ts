import ipaddr from 'ipaddr.js';
import { blackholeDevice } from '../limits';
import type { NodeFacts } from '../model/node-facts';
import type { NodeView } from '../model/nodes';

/** A route in the form that `ip route` takes after `replace` or `del`. */
export interface Route {
  destination: string;
  /** `via 172.30.1.2` or `dev t8s0 src 172.30.1.1`. */
  path: string;
}

/**
 * Other nodes' pods by their nodes, and nothing of the cluster by the default route: what no more specific route or
 * translation takes ends at a bridge without ports. The Service range needs a route at all, or a process on the node
 * could not even begin to connect; its packets are translated after that. `serviceCidrs` are the ranges of ServiceCIDRs.
 */
export function desiredRoutes(nodes: readonly NodeView[], facts: NodeFacts, serviceCidrs: readonly string[] = []): Route[] {
  const toPods = nodes
    .filter(({ name, podCidr, internalIP }) => name !== facts.nodeName && podCidr !== '' && internalIP !== '')
    .map(({ podCidr, internalIP }) => ({ destination: podCidr, path: `via ${internalIP}` }));
  const machines = [facts.nodeIP, ...nodes.map(({ internalIP }) => internalIP)];
  const guarded = [facts.serviceCidr, facts.clusterCidr, ...serviceCidrs.filter((cidr) => isHarmless(cidr, machines)).sort()]
    .filter((cidr) => cidr !== '')
    .map((destination) => ({ destination, path: `dev ${blackholeDevice} src ${facts.nodeIP}` }));
  const unique = new Map([...toPods, ...guarded].map((route) => [route.destination, route]));
  return [...unique.values()];
}

/** IPv4, and no range that would cut a node off: anybody who may write ServiceCIDRs can name one. */
function isHarmless(cidr: string, machines: readonly string[]): boolean {
  if (!ipaddr.IPv4.isValidCIDR(cidr)) return false;
  const range = ipaddr.IPv4.parseCIDR(cidr);
  return range[1] >= 8 && !machines.some((address) => ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.IPv4.parse(address).match(range));
}

/** Lines for `ip -batch`. */
export function routeCommands(present: readonly Route[], desired: readonly Route[], protocol: number): string[] {
  const wanted = new Map(desired.map((route) => [route.destination, route.path]));
  const there = new Map(present.map((route) => [route.destination, route.path]));
  return [
    ...present.filter(({ destination }) => !wanted.has(destination)).map(({ destination }) => `route del ${destination} proto ${protocol}`),
    ...desired
      .filter(({ destination, path }) => there.get(destination) !== path)
      .map(({ destination, path }) => `route replace ${destination} ${path} proto ${protocol}`),
  ];
}
