import type { Pod } from '@typernetes/api';
import { isPodTerminal, isPodTerminating } from '@typernetes/machinery';
import { rankForDeletion } from '../replication/pod-ranking';
import { remainingBackoffMs } from './backoff';
import { judgeFailure } from './failure-policy';
import { completionIndex, hasLimitPerIndex, ignoredIndexFailures, indexFailures, isIndexed, isSuspended, podFinishedAtMs, replacesFailedOnly } from './job-facts';
import { lastFailures } from './job-tracking';
import type { JobWorld } from './job-world';

/** Pods made or deleted in one go; the rest follows in the next reconcile. */
const podsPerSyncMax = 500;

/** One pod to make. */
export interface NewPod {
  /** Of an Indexed job. */
  index?: number;
  /** What its index has gone through, where retries are counted per index. */
  failures?: { counted: number; ignored: number };
}

export interface PodChanges {
  delete: Pod[];
  create: NewPod[];
  /** When pods that have to wait may be made. */
  requeueAfterMs?: number;
}

/** Moves a running job towards as many active pods as it wants: in one go either by deleting or by making some. */
export function planPods(world: JobWorld): PodChanges {
  const { job, active, terminating } = world;
  const wanted = isSuspended(job) ? 0 : wantedActive(world);
  const surplus = isSuspended(job) ? [...active] : surplusPods(world, Math.max(0, active.length - wanted));
  if (surplus.length) return { delete: surplus.slice(0, podsPerSyncMax), create: [] };
  const missing = wanted - active.length - (replacesFailedOnly(job) ? terminating : 0);
  return missing > 0 ? newPods(world, Math.min(missing, podsPerSyncMax)) : { delete: [], create: [] };
}

/** A work queue (no completions) gets no pod more once one of them has found it empty. */
function wantedActive({ spec, completions, active, succeeded, failedIndexes }: JobWorld): number {
  const parallelism = spec.parallelism ?? 1;
  if (completions === undefined) return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded - (failedIndexes?.size ?? 0)));
}

/** First what no Indexed job wants (unknown indexes, doubles, finished indexes), then the least valuable. */
function surplusPods({ job, active, completions = 0, succeededIndexes }: JobWorld, atLeast: number): Pod[] {
  if (!isIndexed(job)) return atLeast ? rankForDeletion(active).slice(0, atLeast) : [];
  const seen = new Set<number>();
  const ranked = rankForDeletion(active);
  const surplus: Pod[] = [];
  // From the most valuable on: of doubles that one stays.
  for (const pod of [...ranked].reverse()) {
    const index = completionIndex(pod, completions);
    if (index === undefined || seen.has(index) || succeededIndexes.has(index)) surplus.push(pod);
    else seen.add(index);
  }
  const others = ranked.filter((pod) => !surplus.includes(pod));
  return [...surplus, ...others.slice(0, Math.max(0, atLeast - surplus.length))];
}

function newPods(world: JobWorld, count: number): PodChanges {
  const { job, nowMs, nextBackoff } = world;
  if (!hasLimitPerIndex(job)) {
    const waitMs = remainingBackoffMs(nextBackoff, nowMs);
    if (waitMs > 0) return { delete: [], create: [], requeueAfterMs: waitMs };
  }
  if (!isIndexed(job)) return { delete: [], create: Array.from({ length: count }, () => ({})) };
  const indexes = pendingIndexes(world, count);
  return hasLimitPerIndex(job) ? retriedPods(world, indexes) : { delete: [], create: indexes.map((index) => ({ index })) };
}

/** The lowest indexes that nobody works on and that are not over. */
function pendingIndexes({ job, pods, active, completions = 0, succeededIndexes, failedIndexes }: JobWorld, count: number): number[] {
  const going = replacesFailedOnly(job) ? pods.filter((pod) => isPodTerminating(pod) && !isPodTerminal(pod)) : [];
  const taken = new Set([...active, ...going].map((pod) => completionIndex(pod, completions)));
  const pending: number[] = [];
  for (let index = 0; index < completions && pending.length < count; index++) {
    if (!taken.has(index) && !succeededIndexes.has(index) && !failedIndexes?.has(index)) pending.push(index);
  }
  return pending;
}

/** Each index waits for its own back-off, and its pod carries on its counts. */
function retriedPods(world: JobWorld, indexes: readonly number[]): PodChanges {
  const failures = lastFailures(world);
  const changes: PodChanges = { delete: [], create: [] };
  for (const index of indexes) {
    const last = failures.get(index);
    if (!last) {
      changes.create.push({ index, failures: { counted: 0, ignored: 0 } });
      continue;
    }
    const isIgnored = judgeFailure(world.spec.podFailurePolicy, last).action === 'Ignore';
    const [counted, ignored] = [indexFailures(last) + (isIgnored ? 0 : 1), ignoredIndexFailures(last) + (isIgnored ? 1 : 0)];
    const waitMs = remainingBackoffMs({ failuresAfterLastSuccess: counted + ignored, lastFailureMs: podFinishedAtMs(last, world.nowMs) }, world.nowMs);
    if (waitMs > 0) changes.requeueAfterMs = Math.min(changes.requeueAfterMs ?? waitMs, waitMs);
    else changes.create.push({ index, failures: { counted, ignored } });
  }
  return changes;
}
