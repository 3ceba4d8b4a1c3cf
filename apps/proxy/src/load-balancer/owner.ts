import { createHash } from 'node:crypto';
import type { EndpointSlice } from '@typernetes/api';
import type { CompiledService } from '../model/compiler';
import type { NodeView } from '../model/nodes';
import { loadBalancerIPs } from '../model/service-port';

/** Names of nodes that have a ready endpoint of these slices. */
export function nodesWithEndpoints(slices: readonly EndpointSlice[]): Set<string> {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  return new Set(endpoints.filter(({ conditions }) => conditions?.ready ?? true).flatMap(({ nodeName }) => nodeName ?? []));
}

const weight = (ip: string, node: string): string => createHash('sha256').update(`${ip} ${node}`).digest('hex');

/**
 * The one node that answers for an address: the heaviest by a hash of address and node, so that all nodes agree without
 * talking, and the loss of a node moves only the addresses that it held. Undefined when nobody may.
 */
export function ownerOf(ip: string, candidates: readonly string[]): string | undefined {
  return [...candidates].sort((a, b) => (weight(ip, a) < weight(ip, b) ? 1 : -1))[0];
}

export interface OwnershipInput {
  services: readonly CompiledService[];
  slicesOf: (key: string) => readonly EndpointSlice[];
  nodes: readonly NodeView[];
  nodeName: string;
}

/** Ingress addresses that this node must hold. Under external policy Local only nodes with endpoints are in question. */
export function ownAddresses({ services, slicesOf, nodes, nodeName }: OwnershipInput): string[] {
  const eligible = nodes.filter(({ ready, excluded }) => ready && !excluded).map(({ name }) => name);
  const own = new Set<string>();
  for (const { key, service, ports } of services) {
    const ips = ports.length > 0 ? loadBalancerIPs(service) : [];
    if (ips.length === 0) continue;
    const local = service.spec?.externalTrafficPolicy === 'Local' ? nodesWithEndpoints(slicesOf(key)) : undefined;
    const candidates = local ? eligible.filter((name) => local.has(name)) : eligible;
    for (const ip of ips) if (ownerOf(ip, candidates) === nodeName) own.add(ip);
  }
  return [...own].sort();
}
