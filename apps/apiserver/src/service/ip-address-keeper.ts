import { resources, type IPAddress, type Service } from '@typernetes/api';
import { formatTime, type Cancel, type Clock } from '@typernetes/machinery';
import type { Storage } from '@typernetes/storage';
import type { ObjectReader } from '../pipeline/object-reader';
import { ipKey, type Claim } from './claims';
import { ipAddressKey, ipAddressOperation, isAllocators, isParent } from './ip-address-object';

/** Changes are looked at together, after both halves of a transaction have come. */
const settleMs = 100;

/** How long an address that says that an apiserver made it may be without its Service (upstream's grace period). */
const orphanGraceMs = 60_000;

/** Which Service has an address. */
export interface AddressClaims {
  claimOf(address: string): Claim['service'] | undefined;
  claimedAddresses(): string[];
}

export interface IpAddressKeeperOptions {
  readonly objects: ObjectReader;
  readonly storage: Storage;
  readonly claims: AddressClaims;
  /** Where the store has a Service. */
  readonly serviceKey: (namespace: string, name: string) => string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * Makes IPAddresses and Services agree where something else than a Service's own write has changed one of them: an object
 * that was deleted by hand is made again, one that claims to be a Service's and is not goes. Each step is a transaction
 * that holds only as long as what it was decided on does.
 */
export class IpAddressKeeper {
  private readonly changed = new Set<string>();
  private cancels = new Set<Cancel>();

  constructor(private readonly options: IpAddressKeeperOptions) {}

  /** Looks at all addresses that are claimed or shown. For the start, when nobody else writes. */
  async repair(): Promise<void> {
    const { objects, claims } = this.options;
    const shown = objects.list(resources.ipAddresses).map(({ metadata }) => metadata?.name ?? '');
    for (const address of new Set([...claims.claimedAddresses(), ...shown])) await this.mend(address);
  }

  /** Looks at each address that changes, until the signal. */
  follow(signal: AbortSignal): void {
    const stop = this.options.objects.onChange(resources.ipAddresses, ({ object }) => {
      if (this.changed.size === 0) this.after(settleMs, () => this.mendChanged());
      this.changed.add(object.metadata?.name ?? '');
    });
    signal.addEventListener('abort', () => [stop, ...this.cancels].forEach((cancel) => cancel()), { once: true });
  }

  private async mendChanged(): Promise<void> {
    const names = [...this.changed];
    this.changed.clear();
    for (const name of names) await this.mend(name);
  }

  private async mend(name: string): Promise<void> {
    const { objects, claims } = this.options;
    const claim = claims.claimOf(name);
    const address = objects.get(resources.ipAddresses, name);
    if (claim && address && isParent(address, { metadata: claim })) return;
    const owner = claim && objects.get(resources.services, claim.name, claim.namespace);
    if (owner && (!address || isAllocators(address))) await this.put(name, owner, address);
    else if (address && !claim && isAllocators(address)) await this.removeOrphan(address);
  }

  private async put(name: string, owner: Service, before: IPAddress | undefined): Promise<void> {
    const { storage, clock, serviceKey } = this.options;
    const { namespace = '', name: service = '', resourceVersion } = owner.metadata ?? {};
    await storage.transact([
      { type: 'check', key: serviceKey(namespace, service), expected: Number(resourceVersion) },
      ipAddressOperation(name, owner, { now: formatTime(clock.now()), expected: Number(before?.metadata?.resourceVersion ?? 0) }),
    ]);
  }

  private async removeOrphan({ metadata }: IPAddress): Promise<void> {
    const { storage, clock } = this.options;
    const { name = '', creationTimestamp = '', resourceVersion } = metadata ?? {};
    const waitMs = Date.parse(creationTimestamp) + orphanGraceMs - clock.now();
    if (waitMs > 0) {
      this.after(waitMs, () => this.mend(name));
      return;
    }
    await storage.transact([
      { type: 'check', key: ipKey(name), expected: 0 },
      { type: 'delete', key: ipAddressKey(name), expected: Number(resourceVersion) },
    ]);
  }

  private after(ms: number, work: () => Promise<void>): void {
    const cancel = this.options.clock.after(ms, () => {
      this.cancels.delete(cancel);
      void work().catch(this.options.onError);
    });
    this.cancels.add(cancel);
  }
}
