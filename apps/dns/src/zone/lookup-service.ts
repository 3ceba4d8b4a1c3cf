import type { DnsRecord, Lookup } from './records';
import { addressType } from './records';
import type { NamedEndpoint, ServiceState } from './service-records';
import { clusterAddresses, isExternalName, isHeadless, isOfType, publishedEndpoints } from './service-records';

interface ServiceQuestion {
  state: ServiceState;
  /** `nginxsvc.default.svc.cluster.local` */
  serviceDomain: string;
  /** What stands before the Service's name, outermost last: `['_http', '_tcp']`, `['web-0']`, `[]`. */
  labels: readonly string[];
  name: string;
  type: string;
  ttl: number;
}

/** Names at and below one Service: addresses, endpoints of headless Services, SRV, aliases. */
export function lookupServiceName(question: ServiceQuestion): Lookup {
  const { state, labels } = question;
  if (isExternalName(state.service)) return labels.length ? { outcome: 'nxDomain' } : lookupExternalName(question);
  const [first, second] = labels;
  if (first === undefined) return lookupService(question);
  if (labels.length === 2 && first.startsWith('_') && second?.startsWith('_')) {
    return lookupPort(question, first.slice(1), second.slice(1));
  }
  if (labels.length > 1) return { outcome: 'nxDomain' };
  if (first.startsWith('_')) return hasProtocol(state, first.slice(1)) ? { outcome: 'noData' } : { outcome: 'nxDomain' };
  return isHeadless(state.service) ? lookupEndpoint(question, first) : { outcome: 'nxDomain' };
}

function lookupExternalName({ state, name, ttl }: ServiceQuestion): Lookup {
  const target = state.service.spec?.externalName?.toLowerCase().replace(/\.$/, '');
  if (!target) return { outcome: 'nxDomain' };
  return { outcome: 'alias', records: [{ type: 'CNAME', name, ttl, data: target }], target };
}

function lookupService(question: ServiceQuestion): Lookup {
  const { state, type, name, ttl } = question;
  if (isHeadless(state.service)) {
    const endpoints = publishedEndpoints(state);
    // Without endpoints a headless Service has no name: callers must not mistake it for one that never has addresses.
    if (!endpoints.length) return { outcome: 'nxDomain' };
    if (type === 'SRV') return answer(...endpointPorts(question, endpoints, () => true));
    return answer(addressRecords(endpoints.map(({ address }) => address), type, name, ttl));
  }
  if (type === 'SRV') return answer(...servicePorts(question, () => true));
  return answer(addressRecords(clusterAddresses(state.service), type, name, ttl));
}

function lookupEndpoint({ state, type, name, ttl }: ServiceQuestion, hostname: string): Lookup {
  const addresses = publishedEndpoints(state)
    .filter((endpoint) => endpoint.hostname === hostname)
    .map(({ address }) => address);
  if (!addresses.length) return { outcome: 'nxDomain' };
  return answer(addressRecords(addresses, type, name, ttl));
}

function lookupPort(question: ServiceQuestion, port: string, protocol: string): Lookup {
  const isAsked = (candidate: { name: string; protocol: string }): boolean =>
    candidate.name === port && candidate.protocol === protocol;
  const [records, additional] = isHeadless(question.state.service)
    ? endpointPorts(question, publishedEndpoints(question.state), isAsked)
    : servicePorts(question, isAsked);
  if (!records.length) return { outcome: 'nxDomain' };
  return question.type === 'SRV' ? answer(records, additional) : { outcome: 'noData' };
}

function hasProtocol({ service, slices }: ServiceState, protocol: string): boolean {
  const ports = isHeadless(service) ? [...slices.values()].flatMap((slice) => slice.ports ?? []) : (service.spec?.ports ?? []);
  return ports.some((port) => port.name && (port.protocol ?? 'TCP').toLowerCase() === protocol);
}

type PortFilter = (port: { name: string; protocol: string }) => boolean;

/** SRV of a Service with an address of its own: the Service's name and port. */
function servicePorts({ state, serviceDomain, name, ttl }: ServiceQuestion, isAsked: PortFilter): [DnsRecord[], DnsRecord[]] {
  const addresses = clusterAddresses(state.service);
  if (!addresses.length) return [[], []];
  const records = (state.service.spec?.ports ?? [])
    .filter((port) => isAsked({ name: port.name ?? '', protocol: (port.protocol ?? 'TCP').toLowerCase() }))
    .map(({ port }): DnsRecord => ({ type: 'SRV', name, ttl, data: { priority: 0, weight: 100, port, target: serviceDomain } }));
  return [records, addresses.map((data) => ({ type: addressType(data), name: serviceDomain, ttl, data }))];
}

/** SRV of a headless Service: each endpoint's name and port, all of the same weight. */
function endpointPorts(question: ServiceQuestion, endpoints: NamedEndpoint[], isAsked: PortFilter): [DnsRecord[], DnsRecord[]] {
  const { serviceDomain, name, ttl } = question;
  const weight = Math.max(1, Math.floor(100 / Math.max(endpoints.length, 1)));
  const records: DnsRecord[] = [];
  const additional: DnsRecord[] = [];
  for (const { hostname, address, ports } of endpoints) {
    const target = `${hostname}.${serviceDomain}`;
    const asked = ports.filter(isAsked);
    for (const { port } of asked) records.push({ type: 'SRV', name, ttl, data: { priority: 0, weight, port, target } });
    if (asked.length) additional.push({ type: addressType(address), name: target, ttl, data: address });
  }
  return [records, additional];
}

function addressRecords(addresses: string[], type: string, name: string, ttl: number): DnsRecord[] {
  return addresses
    .filter((address) => isOfType(address, type))
    .map((data): DnsRecord => ({ type: addressType(data), name, ttl, data }));
}

function answer(records: DnsRecord[], additional: DnsRecord[] = []): Lookup {
  return records.length ? { outcome: 'answer', records, additional } : { outcome: 'noData' };
}
