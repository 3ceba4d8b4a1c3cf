import type { EndpointSlice } from '@typernetes/api';

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** One address and port behind a Service's port. */
export interface Endpoint {
  ip: string;
  port: number;
  local: boolean;
  ready: boolean;
  serving: boolean;
  terminating: boolean;
  /** Nodes and zones that shall use it (traffic distribution); empty without a hint. */
  forNodes: readonly string[];
  forZones: readonly string[];
}

export const protocolOf = (name: string | undefined): Protocol => (name ?? 'TCP').toLowerCase() as Protocol;

/** Key under which a slice's endpoints are found for a Service's port. */
export const portKey = (name: string | undefined, protocol: Protocol): string => `${name ?? ''}/${protocol}`;

/**
 * Endpoints by port name and protocol over all IPv4 slices of one Service, each address once, in a stable order.
 * Conditions follow discovery/v1: an unknown `ready` is true, an unknown `serving` is as `ready`.
 */
export function endpointsByPort(slices: readonly EndpointSlice[], nodeName: string): Map<string, Endpoint[]> {
  const found = new Map<string, Map<string, Endpoint>>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    for (const { name, port, protocol } of slice.ports ?? []) {
      if (port === undefined) continue;
      const key = portKey(name, protocolOf(protocol));
      const endpoints = found.get(key) ?? new Map<string, Endpoint>();
      found.set(key, endpoints);
      for (const endpoint of slice.endpoints ?? []) addEndpoint(endpoints, endpoint, port, nodeName);
    }
  }
  return new Map([...found].map(([key, endpoints]) => [key, inOrder([...endpoints.values()])]));
}

type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number];

function addEndpoint(endpoints: Map<string, Endpoint>, endpoint: SliceEndpoint, port: number, nodeName: string): void {
  const [ip] = endpoint.addresses;
  if (!ip) return;
  const ready = endpoint.conditions?.ready ?? true;
  const next: Endpoint = {
    ip,
    port,
    local: endpoint.nodeName === nodeName,
    ready,
    serving: endpoint.conditions?.serving ?? ready,
    terminating: endpoint.conditions?.terminating ?? false,
    forNodes: (endpoint.hints?.forNodes ?? []).map(({ name }) => name),
    forZones: (endpoint.hints?.forZones ?? []).map(({ name }) => name),
  };
  // While an endpoint moves between slices it stands in two: the better news counts.
  const known = endpoints.get(`${ip}:${port}`);
  if (!known || (next.ready && !known.ready)) endpoints.set(`${ip}:${port}`, next);
}

const inOrder = (endpoints: Endpoint[]): Endpoint[] =>
  endpoints.sort((a, b) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : a.port - b.port));

/** Ready ones; if there are none, those that still serve while they terminate (KEP 1669). */
export function usable(endpoints: readonly Endpoint[]): Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
}

/** Where a node is; the zone is empty when it does not tell. */
export interface Place {
  nodeName: string;
  zone: string;
}

/**
 * Of the usable ones, those that their hints give to this node, else to its zone (KEP 3015). One endpoint without a hint,
 * or none for us, and all are used: a hint may make a way shorter, never leave a client without one.
 */
export function nearest(endpoints: readonly Endpoint[], { nodeName, zone }: Place): readonly Endpoint[] {
  if (endpoints.some(({ ready }) => !ready)) return endpoints;
  const wanted = [endpointsFor(endpoints, 'forNodes', nodeName), endpointsFor(endpoints, 'forZones', zone)];
  return wanted.find((some) => some.length > 0) ?? endpoints;
}

function endpointsFor(endpoints: readonly Endpoint[], hint: 'forNodes' | 'forZones', name: string): Endpoint[] {
  if (endpoints.some((endpoint) => endpoint[hint].length === 0)) return [];
  return endpoints.filter((endpoint) => endpoint[hint].includes(name));
}
