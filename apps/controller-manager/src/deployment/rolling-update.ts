import type { ReplicaSet } from '@typernetes/api';
import { oldestFirst, sizeOf, sum } from './replica-sets';
import type { RolloutBounds } from './rollout-bounds';

/** A ReplicaSet and the size that it is to get. */
export interface Resize {
  readonly set: ReplicaSet;
  readonly size: number;
}

/** The size of the newest ReplicaSet: as large as the surge over all of them allows. `present` is 0 when there is none yet. */
export function newestSize(present: number, old: readonly ReplicaSet[], { replicas, maxSurge }: RolloutBounds): number {
  if (present >= replicas) return replicas;
  const room = replicas + maxSurge - present - sum(old, sizeOf);
  return room <= 0 ? present : present + Math.min(room, replicas - present);
}

/**
 * One step of a rolling update: first the newest grows; when it can't, the old ones shrink, pods that are not available
 * before others, and never so far that fewer than wanted serve.
 */
export function rollingStep(newest: ReplicaSet, old: readonly ReplicaSet[], bounds: RolloutBounds): Resize[] {
  const size = newestSize(sizeOf(newest), old, bounds);
  if (size !== sizeOf(newest)) return [{ set: newest, size }];
  const minAvailable = bounds.replicas - bounds.maxUnavailable;
  const newUnavailable = sizeOf(newest) - (newest.status?.availableReplicas ?? 0);
  const spare = sizeOf(newest) + sum(old, sizeOf) - minAvailable - newUnavailable;
  const sizes = new Map(oldestFirst(old).filter((set) => sizeOf(set) > 0).map((set) => [set, sizeOf(set)]));
  if (sizes.size === 0 || spare <= 0) return [];
  shrink(sizes, spare, (set) => sizeOf(set) - (set.status?.availableReplicas ?? 0));
  const available = sum([newest, ...old], (set) => set.status?.availableReplicas);
  if (available > minAvailable) shrink(sizes, available - minAvailable, (_set, left) => left);
  return [...sizes].filter(([set, left]) => left !== sizeOf(set)).map(([set, left]) => ({ set, size: left }));
}

/** Takes up to `count` away, from the first on, of each at most what `removable` says. */
function shrink(sizes: Map<ReplicaSet, number>, count: number, removable: (set: ReplicaSet, left: number) => number): void {
  let rest = count;
  for (const [set, left] of sizes) {
    const taken = Math.max(0, Math.min(rest, left, removable(set, left)));
    sizes.set(set, left - taken);
    rest -= taken;
  }
}
