import type { EndpointSlice, Namespace, Service } from '@typernetes/api';
import { lookupServiceName } from './lookup-service';
import type { DnsRecord, Lookup, SoaData } from './records';
import { addressType } from './records';
import { addressOfReverseName } from './reverse-name';
import type { ServiceState } from './service-records';
import { clusterAddresses, isHeadless, publishedEndpoints } from './service-records';

export interface ZoneOptions {
  /** `cluster.local` */
  domain: string;
  /** Seconds that resolvers may keep an answer. */
  ttl: number;
}

interface MutableServiceState {
  service?: Service;
  slices: Map<string, EndpointSlice>;
  /** Addresses that answer to PTR, as indexed when the state last changed. */
  reverse: string[];
}

const schemaVersion = '1.1.0';

/**
 * The names of the cluster, by the Kubernetes DNS-Based Service Discovery specification 1.1.0. Services, slices and
 * namespaces go in as they change; a look-up computes its answer from the one Service that it is about, so a change
 * costs nothing but its own Service's reverse names.
 */
export class ClusterZone {
  readonly domain: string;
  private readonly ttl: number;
  private readonly namespaces = new Set<string>();
  private readonly services = new Map<string, MutableServiceState>();
  /** Address to Service keys to absolute names. */
  private readonly reverse = new Map<string, Map<string, string[]>>();
  private changes = 0;

  constructor({ domain, ttl }: ZoneOptions) {
    this.domain = domain.toLowerCase().replace(/\.$/, '');
    this.ttl = ttl;
  }

  /** Counts changes: an answer computed at one version holds as long as the version stands. */
  get version(): number {
    return this.changes;
  }

  setNamespace(namespace: Namespace): void {
    this.namespaces.add(namespace.metadata?.name ?? '');
    this.changes++;
  }

  deleteNamespace(namespace: Namespace): void {
    this.namespaces.delete(namespace.metadata?.name ?? '');
    this.changes++;
  }

  setService(service: Service): void {
    const key = keyOf(service.metadata?.namespace, service.metadata?.name);
    this.stateOf(key).service = service;
    this.reindex(key);
  }

  deleteService(service: Service): void {
    const key = keyOf(service.metadata?.namespace, service.metadata?.name);
    const state = this.services.get(key);
    if (!state) return;
    state.service = undefined;
    this.reindex(key);
  }

  setSlice(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (!key) return;
    this.stateOf(key).slices.set(slice.metadata?.name ?? '', slice);
    this.reindex(key);
  }

  deleteSlice(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (!key || !this.services.get(key)?.slices.delete(slice.metadata?.name ?? '')) return;
    this.reindex(key);
  }

  /** Is this name in the zone, or the reverse name of one of its addresses? */
  holds(name: string): boolean {
    if (name === this.domain || name.endsWith(`.${this.domain}`)) return true;
    const address = addressOfReverseName(name);
    return address !== undefined && this.reverse.has(address);
  }

  /** The start-of-authority record, for negative answers (RFC 2308). */
  soa(): DnsRecord {
    const data: SoaData = {
      mname: `ns.dns.${this.domain}`,
      rname: `hostmaster.${this.domain}`,
      serial: this.changes,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: this.ttl,
    };
    return { type: 'SOA', name: this.domain, ttl: this.ttl, data };
  }

  /**
   * `name` in lower case without the final dot; `type` as in `A`, `SRV`. ExternalNames that point back into the zone
   * are followed here.
   */
  lookup(name: string, type: string): Lookup {
    const aliases: DnsRecord[] = [];
    let current = name;
    for (let hop = 0; hop < aliasHopsMax; hop++) {
      const found = this.lookupOne(current, type);
      if (found.outcome !== 'alias') return aliases.length ? withAliases(aliases, found) : found;
      aliases.push(...found.records);
      if (type === 'CNAME') return { outcome: 'answer', records: aliases, additional: [] };
      if (!this.holds(found.target)) return { outcome: 'alias', records: aliases, target: found.target };
      current = found.target;
    }
    return { outcome: 'answer', records: aliases, additional: [] };
  }

  private lookupOne(name: string, type: string): Lookup {
    const address = addressOfReverseName(name);
    if (address !== undefined) return this.lookupReverse(name, address, type);
    if (name === this.domain) return this.lookupApex(type);
    if (!name.endsWith(`.${this.domain}`)) return { outcome: 'notHere' };
    const labels = name.slice(0, -this.domain.length - 1).split('.');
    switch (labels.pop()) {
      case 'svc':
        return this.lookupBelowSvc(name, labels, type);
      case 'pod':
        return this.lookupPod(name, labels, type);
      case 'dns':
        return this.lookupNameServer(name, labels, type);
      case 'dns-version':
        return labels.length ? { outcome: 'nxDomain' } : this.only(type, { type: 'TXT', name, ttl: this.ttl, data: schemaVersion });
      default:
        return { outcome: 'nxDomain' };
    }
  }

  private lookupApex(type: string): Lookup {
    if (type === 'SOA') return { outcome: 'answer', records: [this.soa()], additional: [] };
    const target = `ns.dns.${this.domain}`;
    return this.only(type, { type: 'NS', name: this.domain, ttl: this.ttl, data: target });
  }

  private lookupBelowSvc(name: string, labels: string[], type: string): Lookup {
    if (labels.length === 0) return { outcome: 'noData' };
    const namespace = labels.pop() ?? '';
    if (labels.length === 0) return this.namespaces.has(namespace) ? { outcome: 'noData' } : { outcome: 'nxDomain' };
    const serviceName = labels.pop() ?? '';
    const state = this.services.get(keyOf(namespace, serviceName));
    if (!state?.service) return { outcome: 'nxDomain' };
    return lookupServiceName({
      state: { service: state.service, slices: state.slices },
      serviceDomain: `${serviceName}.${namespace}.svc.${this.domain}`,
      labels,
      name,
      type,
      ttl: this.ttl,
    });
  }

  /** `10-244-1-2.default.pod.cluster.local`: answers for any address, as long as the namespace exists. */
  private lookupPod(name: string, labels: string[], type: string): Lookup {
    if (labels.length === 0) return { outcome: 'noData' };
    const namespace = labels.pop() ?? '';
    if (!this.namespaces.has(namespace) || labels.length > 1) return { outcome: 'nxDomain' };
    const label = labels[0];
    if (label === undefined) return { outcome: 'noData' };
    const address = addressOfDashed(label);
    if (!address) return { outcome: 'nxDomain' };
    return this.only(type, { type: addressType(address), name, ttl: this.ttl, data: address });
  }

  /** `ns.dns.<domain>`: the cluster DNS Service itself. */
  private lookupNameServer(name: string, labels: string[], type: string): Lookup {
    if (labels.length === 0) return { outcome: 'noData' };
    if (labels.length > 1 || labels[0] !== 'ns') return { outcome: 'nxDomain' };
    const service = this.services.get(keyOf('kube-system', 'kube-dns'))?.service;
    const records = (service ? clusterAddresses(service) : [])
      .filter((address) => addressType(address) === type)
      .map((data): DnsRecord => ({ type: addressType(data), name, ttl: this.ttl, data }));
    return records.length ? { outcome: 'answer', records, additional: [] } : { outcome: 'noData' };
  }

  private lookupReverse(name: string, address: string, type: string): Lookup {
    const names = [...(this.reverse.get(address)?.values() ?? [])].flat();
    if (!names.length) return { outcome: 'notHere' };
    if (type !== 'PTR') return { outcome: 'noData' };
    const records = names.map((data): DnsRecord => ({ type: 'PTR', name, ttl: this.ttl, data }));
    return { outcome: 'answer', records, additional: [] };
  }

  private only(type: string, record: DnsRecord): Lookup {
    return record.type === type ? { outcome: 'answer', records: [record], additional: [] } : { outcome: 'noData' };
  }

  private stateOf(key: string): MutableServiceState {
    let state = this.services.get(key);
    if (!state) this.services.set(key, (state = { slices: new Map(), reverse: [] }));
    return state;
  }

  private reindex(key: string): void {
    this.changes++;
    const state = this.stateOf(key);
    for (const address of state.reverse) {
      const names = this.reverse.get(address);
      names?.delete(key);
      if (names?.size === 0) this.reverse.delete(address);
    }
    state.reverse = [];
    if (!state.service) {
      if (state.slices.size === 0) this.services.delete(key);
      return;
    }
    for (const [address, names] of this.reverseNames({ service: state.service, slices: state.slices })) {
      let byService = this.reverse.get(address);
      if (!byService) this.reverse.set(address, (byService = new Map()));
      byService.set(key, names);
      state.reverse.push(address);
    }
  }

  /** A Service's address has the Service's name; an endpoint of a headless Service its own. */
  private reverseNames(state: ServiceState): Map<string, string[]> {
    const { name, namespace } = state.service.metadata ?? {};
    const serviceDomain = `${name}.${namespace}.svc.${this.domain}`;
    const names = new Map<string, string[]>();
    for (const address of clusterAddresses(state.service)) names.set(address, [serviceDomain]);
    if (!isHeadless(state.service)) return names;
    for (const { address, hostname } of publishedEndpoints(state)) {
      names.set(address, [...(names.get(address) ?? []), `${hostname}.${serviceDomain}`]);
    }
    return names;
  }
}

/** A chain of ExternalNames longer than this is a loop or a joke. */
const aliasHopsMax = 8;

function withAliases(aliases: DnsRecord[], found: Lookup): Lookup {
  return found.outcome === 'answer'
    ? { ...found, records: [...aliases, ...found.records] }
    : { outcome: 'answer', records: aliases, additional: [] };
}

function keyOf(namespace = '', name = ''): string {
  return `${namespace}/${name}`;
}

function serviceKeyOf(slice: EndpointSlice): string | undefined {
  const service = slice.metadata?.labels?.['kubernetes.io/service-name'];
  return service ? keyOf(slice.metadata?.namespace, service) : undefined;
}

function addressOfDashed(label: string): string | undefined {
  const v4 = /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/.exec(label);
  if (v4) return v4.slice(1).every((octet) => Number(octet) <= 255) ? v4.slice(1).map(Number).join('.') : undefined;
  return /^[0-9a-f-]*-[0-9a-f-]*$/.test(label) ? v6OfDashed(label) : undefined;
}

function v6OfDashed(label: string): string | undefined {
  const address = label.replaceAll('-', ':');
  return addressOfReverseName(reverseV6(address) ?? '');
}

function reverseV6(address: string): string | undefined {
  const [head = '', tail] = address.split('::');
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...front, ...Array<string>(Math.max(missing, 0)).fill('0'), ...back];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return `${groups.map((group) => group.padStart(4, '0')).join('').split('').reverse().join('.')}.ip6.arpa`;
}
