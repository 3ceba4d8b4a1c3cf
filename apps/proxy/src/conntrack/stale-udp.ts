import type { Endpoint } from '../model/endpoints';
import type { ServicePort } from '../model/service-port';

/** Arguments of `conntrack -D -p udp` that select flows which the rules would not make any more. */
export type FlowFilter = readonly string[];

interface UdpTarget {
  /** How a client addresses it. */
  filter: FlowFilter;
  endpoints: ReadonlySet<string>;
}

const addressesOf = (endpoints: readonly Endpoint[]): ReadonlySet<string> => new Set(endpoints.map(({ ip }) => ip));

function targets(ports: readonly ServicePort[]): Map<string, UdpTarget> {
  const found = new Map<string, UdpTarget>();
  for (const port of ports) {
    if (port.protocol !== 'udp') continue;
    const inside = addressesOf(port.internalLocal ? port.localEndpoints : port.endpoints);
    // Under policy Local the node's own traffic still goes everywhere.
    const outside = addressesOf(port.externalLocal ? [...port.endpoints, ...port.localEndpoints] : port.endpoints);
    const byAddress = (ip: string, endpoints: ReadonlySet<string>): void => {
      found.set(`${ip}:${port.port}`, { filter: ['--orig-dst', ip, '--orig-port-dst', String(port.port)], endpoints });
    };
    byAddress(port.clusterIP, inside);
    for (const ip of [...port.externalIPs, ...port.loadBalancerIPs]) byAddress(ip, outside);
    if (port.nodePort) found.set(`:${port.nodePort}`, { filter: ['--orig-port-dst', String(port.nodePort)], endpoints: outside });
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
