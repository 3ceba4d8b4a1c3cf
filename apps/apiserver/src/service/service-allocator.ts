/**
 * Gives Services their cluster IPs and node ports. What is in use is a key in the store, created in the same
 * transaction as the Service that uses it and removed in the one that frees it: a crash at any moment leaves neither a
 * leak nor a double use, and two apiservers can't give out the same address. The caches only say where to look first.
 */
import type { IPAddress, Service, ServiceCIDR } from '@typernetes/api';
import { apiErrors, fieldError, formatTime, systemClock, systemRandom, type Clock, type FieldError, type Random } from '@typernetes/machinery';
import type { Mirror, Operation, Storage, WatchCache } from '@typernetes/storage';
import type { CommitContext, CommitHook } from '../store/commit-hook';
import { addressOfClaim, claimedKeys, claimOperation, claimPaths, ipKey, portKey, type Claim } from './claims';
import type { AddressClaims } from './ip-address-keeper';
import { ipAddressKey, ipAddressOperation, isParent } from './ip-address-object';
import { parseIpRange, parsePortRange, type IpRange } from './ip-range';
import { ipBand, pickFree, portBand } from './pick';
import { completeFamilies, isHeadless } from './service-families';
import { usableRanges } from './service-ranges';

type Spec = NonNullable<Service['spec']>;

export interface AllocatorConfig {
  readonly serviceClusterIpRange: string;
  readonly serviceNodePortRange: string;
  readonly random?: Random;
  readonly clock?: Clock;
}

/** What users see of addresses: ServiceCIDRs and IPAddresses. */
export interface AddressCaches {
  readonly ranges: WatchCache;
  readonly addresses: WatchCache;
}

/** One plan's view of what others have. */
interface Allocation {
  /** The Service has it already. */
  readonly isOwn: (key: string) => boolean;
  /** The store said so: reason to refuse what was asked for by name. */
  readonly isTaken: (key: string) => boolean;
  /** A cache, which may be a moment behind, says so too: reason to pick another one. */
  readonly mayBeTaken: (key: string) => boolean;
  readonly errors: FieldError[];
}

const noAttributes = { labels: {}, fields: {} };

export class ServiceAllocator implements CommitHook, AddressClaims {
  private readonly addresses: WatchCache;
  private readonly ports: WatchCache;
  private readonly ipRange: IpRange;
  private readonly portRange: ReturnType<typeof parsePortRange>;
  private readonly random: Random;
  private readonly clock: Clock;

  constructor(
    config: AllocatorConfig,
    mirror: Mirror,
    private readonly shown: AddressCaches,
  ) {
    this.ipRange = parseIpRange(config.serviceClusterIpRange);
    this.portRange = parsePortRange(config.serviceNodePortRange);
    this.random = config.random ?? systemRandom;
    this.clock = config.clock ?? systemClock;
    this.addresses = mirror.declare({ path: claimPaths.ip, attributesOf: () => noAttributes });
    this.ports = mirror.declare({ path: claimPaths.port, attributesOf: () => noAttributes });
  }

  plan({ previous, next, attempt }: CommitContext): Operation[] {
    const before = claimedKeys(previous as Service | undefined);
    const service = next as Service | undefined;
    const isOwn = (key: string): boolean => before.has(key);
    const isTaken = (key: string): boolean => attempt.taken.has(key) || attempt.taken.has(ipAddressKey(addressOfClaim(key) ?? ''));
    const mayBeTaken = (key: string): boolean => isTaken(key) || this.isKnownTaken(key);
    if (service?.spec) this.complete(service, { isOwn, isTaken, mayBeTaken, errors: [] });
    const after = claimedKeys(service);
    return [
      ...[...after].filter((key) => !before.has(key)).flatMap((key) => this.take(key, service ?? {})),
      ...[...before].filter((key) => !after.has(key)).flatMap((key) => this.free(key, previous ?? {})),
    ];
  }

  /** The claim and, of an address, the object that shows it. */
  private take(key: string, service: Service): Operation[] {
    const address = addressOfClaim(key);
    return [claimOperation(key, service), ...(address ? [ipAddressOperation(address, service, { now: formatTime(this.clock.now()) })] : [])];
  }

  private free(key: string, service: Service): Operation[] {
    const address = addressOfClaim(key);
    const shown = address ? this.shown.addresses.get(address)?.parse() : undefined;
    // Whoever deleted the object by hand may have put another in its place, which is no business of this Service.
    const isOurs = address !== undefined && (!shown || isParent(shown as IPAddress, service));
    return [{ type: 'delete', key }, ...(isOurs ? [{ type: 'delete', key: ipAddressKey(address) } as const] : [])];
  }

  /** Makes claims and Services agree, for stores that something else wrote to. Returns how many claims were wrong. */
  async repair(services: Iterable<Service>, storage: Storage): Promise<number> {
    const wanted = new Map<string, Service>();
    for (const service of services) for (const key of claimedKeys(service)) wanted.set(key, service);
    let repaired = 0;
    for (const cache of [this.addresses, this.ports]) {
      for (const entry of cache.list({ prefix: '' }).entries) {
        const key = `/registry/${cache === this.addresses ? claimPaths.ip : claimPaths.port}/${entry.key}`;
        const owner = (entry.parse() as Claim).service;
        const isRight = wanted.get(key)?.metadata?.uid === owner.uid;
        if (isRight) wanted.delete(key);
        else {
          await storage.transact([{ type: 'delete', key, expected: entry.revision }]);
          repaired++;
        }
      }
    }
    for (const [key, service] of wanted) {
      await storage.transact([claimOperation(key, service)]);
      repaired++;
    }
    return repaired;
  }

  claimOf(address: string): Claim['service'] | undefined {
    return (this.addresses.get(address)?.parse() as Claim | undefined)?.service;
  }

  claimedAddresses(): string[] {
    return this.addresses.list({ prefix: '' }).entries.map(({ key }) => key);
  }

  private isKnownTaken(key: string): boolean {
    const address = addressOfClaim(key);
    if (address === undefined) return this.ports.get(key.slice(key.lastIndexOf('/') + 1)) !== undefined;
    return this.addresses.get(address) !== undefined || this.shown.addresses.get(address) !== undefined;
  }

  private ranges(): IpRange[] {
    const cidrs = this.shown.ranges.list({ prefix: '' }).entries.map((entry) => entry.object as ServiceCIDR);
    return usableRanges(cidrs, this.ipRange);
  }

  /** Fills in what the Service wants and does not have. @throws ApiError Invalid */
  private complete(service: Service, allocation: Allocation): void {
    const spec = service.spec ?? {};
    allocation.errors.push(...completeFamilies(spec));
    if (spec.type !== 'ExternalName') {
      this.completeAddress(spec, allocation);
      this.completePorts(spec, allocation);
    }
    if (allocation.errors.length === 0) return;
    throw apiErrors.invalid({ group: '', resource: 'Service', name: service.metadata?.name ?? '' }, allocation.errors);
  }

  private completeAddress(spec: Spec, { isOwn, isTaken, mayBeTaken, errors }: Allocation): void {
    if (isHeadless(spec)) {
      spec.clusterIPs = ['None'];
      return;
    }
    if (!spec.clusterIP) {
      spec.clusterIP = this.pickAddress(mayBeTaken);
      spec.clusterIPs = [spec.clusterIP];
      return;
    }
    spec.clusterIPs = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP];
    // Ranges come and go; whoever has an address keeps it.
    if (isOwn(ipKey(spec.clusterIP))) return;
    const why = this.rangeRefusal(spec.clusterIP) ?? (isTaken(ipKey(spec.clusterIP)) ? 'provided IP is already allocated' : undefined);
    if (why !== undefined) errors.push(fieldError.invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${spec.clusterIP}: ${why}`));
  }

  /** The first range with a free address. */
  private pickAddress(mayBeTaken: (key: string) => boolean): string {
    for (const range of this.ranges()) {
      const position = pickFree(range.size, ipBand(range.size + 2), { random: this.random, isTaken: (n) => mayBeTaken(ipKey(range.address(n))) });
      if (position !== undefined) return range.address(position);
    }
    throw apiErrors.internal(new Error('failed to allocate a serviceIP: range is full'));
  }

  /** Why an address that was asked for by name is none to give out. */
  private rangeRefusal(address: string): string | undefined {
    const ranges = this.ranges();
    if (ranges.some((range) => range.position(address) !== undefined)) return undefined;
    const range = ranges.find((each) => each.contains(address));
    return range ? `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range.text}` : 'the provided network does not match the current range';
  }

  private completePorts(spec: Spec, allocation: Allocation): void {
    const hasNodePorts = spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
    const own = new Map<number, Set<string>>();
    spec.ports?.forEach((port, i) => {
      if (port.nodePort) this.checkPort(port.nodePort, `spec.ports[${i}].nodePort`, allocation);
      if (port.nodePort) own.set(port.nodePort, (own.get(port.nodePort) ?? new Set()).add(port.protocol ?? 'TCP'));
    });
    for (const port of hasNodePorts ? (spec.ports ?? []) : []) {
      if (port.nodePort) continue;
      // The same port for TCP and UDP (DNS) gets the same node port when it can.
      const sibling = spec.ports?.find((other) => other.nodePort && other.port === port.port && !own.get(other.nodePort)?.has(port.protocol ?? 'TCP'));
      port.nodePort = sibling?.nodePort ?? this.pickPort(allocation, own);
      own.set(port.nodePort, (own.get(port.nodePort) ?? new Set()).add(port.protocol ?? 'TCP'));
    }
    const needsHealthPort = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
    if (needsHealthPort && spec.healthCheckNodePort) this.checkPort(spec.healthCheckNodePort, 'spec.healthCheckNodePort', allocation);
    else if (needsHealthPort) spec.healthCheckNodePort = this.pickPort(allocation, own);
  }

  private checkPort(port: number, field: string, { isOwn, isTaken, errors }: Allocation): void {
    if (isOwn(portKey(port))) return;
    const { first, last, text } = this.portRange;
    if (port < first || port > last) errors.push(fieldError.invalid(field, port, `provided port is not in the valid range. The range of valid ports is ${text}`));
    else if (isTaken(portKey(port))) errors.push(fieldError.invalid(field, port, 'provided port is already allocated'));
  }

  private pickPort({ mayBeTaken }: Allocation, own: ReadonlyMap<number, unknown>): number {
    const { first, last } = this.portRange;
    const size = last - first + 1;
    const n = pickFree(size, portBand(size), { random: this.random, isTaken: (it) => own.has(first + it - 1) || mayBeTaken(portKey(first + it - 1)) });
    if (n === undefined) throw apiErrors.internal(new Error('failed to allocate a nodePort: range is full'));
    return first + n - 1;
  }
}
