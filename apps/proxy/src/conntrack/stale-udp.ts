import type { ServicePort } from '../model/service-port';

/** Arguments of `conntrack -D -p udp` that select flows which the rules would not make any more. */
export type FlowFilter = readonly string[];

interface UdpTarget {
  /** How a client addresses it. */
  filter: FlowFilter;
  endpoints: ReadonlySet<string>;
}

function targets(ports: readonly ServicePort[]): Map<string, UdpTarget> {
  const found = new Map<string, UdpTarget>();
  for (const port of ports) {
    if (port.protocol !== 'udp') continue;
    const endpoints = new Set([...port.endpoints, ...port.localEndpoints].map(({ ip }) => ip));
    for (const ip of [port.clusterIP, ...port.externalIPs, ...port.loadBalancerIPs]) {
      found.set(`${ip}:${port.port}`, { filter: ['--orig-dst', ip, '--orig-port-dst', String(port.port)], endpoints });
    }
    if (port.nodePort) found.set(`:${port.nodePort}`, { filter: ['--orig-port-dst', String(port.nodePort)], endpoints });
  }
  return found;
}

/**
 * The kernel sends datagrams of a known flow where it sent them before, for as long as they come. So flows to endpoints
 * that left must be forgotten, and so must flows that went nowhere before the first endpoint came.
 */
export function staleUdpFlows(previous: readonly ServicePort[], next: readonly ServicePort[]): FlowFilter[] {
  const before = targets(previous);
  const after = targets(next);
  const stale: FlowFilter[] = [];
  for (const [key, { filter, endpoints }] of before) {
    for (const ip of endpoints) {
      if (!after.get(key)?.endpoints.has(ip)) stale.push([...filter, '--dst-nat', ip]);
    }
  }
  for (const [key, { filter, endpoints }] of after) {
    if (endpoints.size > 0 && (before.get(key)?.endpoints.size ?? 0) === 0) stale.push(filter);
  }
  return stale;
}
