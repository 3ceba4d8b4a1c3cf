import type { DeviceClass, ResourceSlice, ResourceV1ResourceClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, type InformerFactory } from '@typernetes/client';
import type { ClusterEvent } from '../framework/cluster-event';
import { consumptionOf } from './allocate';
import type { Choice } from './allocation';
import { deviceId, poolsOf, type DeviceId, type Pool, type PooledDevice } from './device-pools';

/** What of all devices is in use. */
interface Use {
  readonly taken: ReadonlySet<DeviceId>;
  /** Of counters that devices share. */
  readonly used: ReadonlyMap<string, number>;
}

/** Pools by who reaches their devices. */
interface Offer {
  readonly byNode: ReadonlyMap<string, readonly Pool[]>;
  /** Of those that name no node of their own. */
  readonly anywhere: readonly Pool[];
  readonly devices: ReadonlyMap<DeviceId, PooledDevice>;
}

/** Claims, classes and slices as the API has them; what was promised to claims since; and what follows of both, worked out when it is asked for. */
export class DeviceCache {
  private readonly claims;
  private readonly slices;
  private readonly classes;
  /** Choices that are being written. */
  private readonly promised = new Map<string, readonly Choice[]>();
  /** As we wrote them, until the informer shows them. */
  private readonly written = new Map<string, ResourceV1ResourceClaim>();
  private use: Use | undefined;
  private offer: Offer | undefined;

  constructor(informers: InformerFactory) {
    this.claims = informers.informer(resources.resourceClaims);
    this.slices = informers.informer(resources.resourceSlices);
    this.classes = informers.informer(resources.deviceClasses);
    const claimSeen = (claim: ResourceV1ResourceClaim): void => {
      this.use = undefined;
      const ours = this.written.get(keyOf(claim));
      if (ours && versionOf(claim) >= versionOf(ours)) this.written.delete(keyOf(claim));
    };
    const claimGone = (claim: ResourceV1ResourceClaim): void => {
      this.use = undefined;
      this.written.delete(keyOf(claim));
    };
    this.claims.onChange({ added: claimSeen, updated: claimSeen, deleted: claimGone });
    const sliceSeen = (): void => {
      this.use = this.offer = undefined;
    };
    this.slices.onChange({ added: sliceSeen, updated: sliceSeen, deleted: sliceSeen });
  }

  /** Tells of what may help a pod that waits for devices. */
  onChange(happened: (event: ClusterEvent) => void): void {
    this.claims.onChange({
      added: (claim) => happened({ kind: 'ResourceClaimAdd', claim }),
      updated: (claim) => happened({ kind: 'ResourceClaimUpdate', claim }),
      deleted: (claim) => happened({ kind: 'ResourceClaimDelete', claim }),
    });
    this.slices.onChange({ added: () => happened({ kind: 'ResourceSliceAdd' }), updated: () => happened({ kind: 'ResourceSliceUpdate' }) });
    this.classes.onChange({ added: () => happened({ kind: 'DeviceClassAdd' }), updated: () => happened({ kind: 'DeviceClassUpdate' }) });
  }

  readonly classOf = (name: string): DeviceClass | undefined => this.classes.get(name);

  claim(key: string): ResourceV1ResourceClaim | undefined {
    return this.written.get(key) ?? this.claims.get(key);
  }

  isPromised(key: string): boolean {
    return this.promised.has(key);
  }

  promise(key: string, choices: readonly Choice[]): void {
    this.promised.set(key, choices);
    this.use = undefined;
  }

  /** The promise is kept, as the API answered, or is none any more. */
  settle(key: string, written: ResourceV1ResourceClaim | undefined): void {
    this.promised.delete(key);
    this.use = undefined;
    const seen = this.claims.get(key);
    if (written && seen && versionOf(seen) < versionOf(written)) this.written.set(key, written);
  }

  poolsFor(nodeName: string): readonly Pool[] {
    const { byNode, anywhere } = this.offered();
    const own = byNode.get(nodeName) ?? [];
    return anywhere.length ? [...own, ...anywhere] : own;
  }

  inUse(): Use {
    return (this.use ??= this.countUse());
  }

  private countUse(): Use {
    const taken = new Set<DeviceId>();
    const used = new Map<string, number>();
    const take = (id: DeviceId): void => {
      taken.add(id);
      const device = this.offered().devices.get(id);
      for (const [key, amount] of device ? consumptionOf(device) : []) used.set(key, (used.get(key) ?? 0) + amount);
    };
    for (const seen of this.claims.list()) {
      const { status } = this.written.get(keyOf(seen)) ?? seen;
      for (const { driver, pool, device, adminAccess } of status?.allocation?.devices?.results ?? []) if (!adminAccess) take(deviceId(driver, pool, device));
    }
    for (const choices of this.promised.values()) for (const { wanted, device } of choices) if (!wanted.adminAccess) take(device.id);
    return { taken, used };
  }

  private offered(): Offer {
    return (this.offer ??= offerOf(this.slices.list()));
  }
}

function offerOf(slices: readonly ResourceSlice[]): Offer {
  const byNode = new Map<string, Pool[]>();
  const anywhere: Pool[] = [];
  const devices = new Map<DeviceId, PooledDevice>();
  const homes = new Map<string, Set<string | undefined>>();
  for (const { spec } of slices) {
    const key = `${spec.driver}/${spec.pool.name}`;
    homes.set(key, (homes.get(key) ?? new Set()).add(spec.nodeName));
  }
  for (const pool of poolsOf(slices)) {
    for (const device of pool.devices) devices.set(device.id, device);
    const [home, ...more] = homes.get(`${pool.driver}/${pool.name}`) ?? [];
    if (home === undefined || more.length) anywhere.push(pool);
    else byNode.set(home, [...(byNode.get(home) ?? []), pool]);
  }
  return { byNode, anywhere, devices };
}

const versionOf = ({ metadata }: ResourceV1ResourceClaim): bigint => BigInt(metadata?.resourceVersion ?? '0');
