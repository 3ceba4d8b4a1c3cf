import type { Endpoint, EndpointSlice, Service } from '@typernetes/api';
import { addressType, dashedAddress } from './records';

/** One address behind a Service, under the name that it has below a headless Service. */
export interface NamedEndpoint {
  hostname: string;
  address: string;
  ports: { name: string; protocol: string; port: number }[];
}

/** A Service with what is behind it: all that its names depend on. */
export interface ServiceState {
  service: Service;
  /** By slice name. */
  slices: ReadonlyMap<string, EndpointSlice>;
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None';
}

export function isExternalName(service: Service): boolean {
  return service.spec?.type === 'ExternalName';
}

/** The virtual addresses of a Service; none for headless Services and those that wait for their allocation. */
export function clusterAddresses(service: Service): string[] {
  const { clusterIP, clusterIPs } = service.spec ?? {};
  const all = clusterIPs?.length ? clusterIPs : clusterIP ? [clusterIP] : [];
  return all.filter((address) => address !== 'None' && address !== '');
}

/** Absent readiness counts as ready (discovery/v1 EndpointConditions). */
function isPublished(endpoint: Endpoint, service: Service): boolean {
  return service.spec?.publishNotReadyAddresses === true || endpoint.conditions?.ready !== false;
}

/** The endpoints that have names, each address once, in a stable order. */
export function publishedEndpoints({ service, slices }: ServiceState): NamedEndpoint[] {
  const byName = new Map<string, NamedEndpoint>();
  for (const slice of slices.values()) {
    if (slice.addressType === 'FQDN') continue;
    const ports = (slice.ports ?? []).flatMap(({ name, protocol, port }) =>
      port === undefined ? [] : [{ name: name ?? '', protocol: (protocol ?? 'TCP').toLowerCase(), port }],
    );
    for (const endpoint of slice.endpoints ?? []) {
      if (!isPublished(endpoint, service)) continue;
      for (const address of endpoint.addresses) {
        const hostname = endpoint.hostname || dashedAddress(address);
        byName.set(`${hostname}/${address}`, { hostname, address, ports });
      }
    }
  }
  return [...byName.values()].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

/** Whether an address belongs into an answer of this type. */
export function isOfType(address: string, type: string): boolean {
  return addressType(address) === type;
}
