import type { ReplicaSet } from '@typernetes/api';
import { largestFirst, sizeOf, sum } from './replica-sets';
import { annotations, numberIn } from './revisions';
import type { Resize } from './rolling-update';
import type { RolloutBounds } from './rollout-bounds';

/** Whether a size was asked for since the ReplicaSets were given theirs. */
export const isScaling = (sets: readonly ReplicaSet[], replicas: number): boolean =>
  sets.some((set) => sizeOf(set) > 0 && (numberIn(set, annotations.desired) ?? replicas) !== replicas);

/** What the newest serves is what is wanted: the others are superfluous. */
function isSaturated(newest: ReplicaSet | undefined, replicas: number): boolean {
  return newest !== undefined && sizeOf(newest) === replicas && numberIn(newest, annotations.desired) === replicas && newest.status?.availableReplicas === replicas;
}

/**
 * A change of size in the middle of a rollout, or while it is paused, is shared out by size, so that the rollout keeps
 * its state: neither old nor new pods bear it alone.
 */
export function scalingStep(newest: ReplicaSet | undefined, old: readonly ReplicaSet[], bounds: RolloutBounds): Resize[] {
  const active = [...(newest ? [newest] : []), ...old].filter((set) => sizeOf(set) > 0);
  const only = active.length === 1 ? active[0] : active.length === 0 ? newest : undefined;
  if (only) return [{ set: only, size: bounds.replicas }];
  if (isSaturated(newest, bounds.replicas)) return old.filter((set) => sizeOf(set) > 0).map((set) => ({ set, size: 0 }));
  return shareOut(active, bounds);
}

function shareOut(active: readonly ReplicaSet[], { replicas, maxSurge }: RolloutBounds): Resize[] {
  const allowed = replicas > 0 ? replicas + maxSurge : 0;
  const change = allowed - sum(active, sizeOf);
  const sorted = largestFirst(active, change > 0 ? 'newer' : 'older');
  let shared = 0;
  const sizes = sorted.map((set) => {
    const rest = change - shared;
    const fraction = fractionOf(set, replicas, allowed);
    const share = change > 0 ? Math.min(fraction, rest) : change < 0 ? Math.max(fraction, rest) : 0;
    shared += share;
    return { set, size: sizeOf(set) + share };
  });
  // What rounding left over is the largest one's.
  return sizes.map(({ set, size }, i) => ({ set, size: Math.max(0, i === 0 ? size + change - shared : size) }));
}

/** A ReplicaSet's share of the change: as much as its share of what was allowed when it got its size. */
function fractionOf(set: ReplicaSet, replicas: number, allowed: number): number {
  const size = sizeOf(set);
  if (replicas === 0) return -size;
  const before = numberIn(set, annotations.max) || allowed;
  return Math.round((size * allowed) / before) - size;
}
