import type { JobStatus, Pod } from '@typernetes/api';
import { judgeFailure } from './failure-policy';
import { completionIndex, indexFailures, isFailed, isIndexed, isSucceeded } from './job-facts';
import type { JobWorld } from './job-world';

/**
 * Counting ended pods exactly once, though pods may vanish and this process may die at any moment (KEP-2307):
 * 1. the uid of an ended pod is noted in status.uncountedTerminatedPods, while a finalizer keeps the pod;
 * 2. the finalizer goes;
 * 3. when a noted pod has no finalizer any more, its uid leaves the notes and the count grows, in one write.
 * For succeeded pods of Indexed jobs their index, in completedIndexes, is note and count at once.
 */

/** The notes are kept below some 20 KB. */
const uncountedMax = 500;

export interface Tracking {
  /** The counts as they are to be written. */
  counts: Pick<JobStatus, 'succeeded' | 'failed' | 'uncountedTerminatedPods' | 'completedIndexes' | 'failedIndexes'>;
  /** Pods that may lose their finalizer once the counts are written. */
  release: Pod[];
  /** Nothing is noted, and no pod is left to be noted. */
  complete: boolean;
}

/** @param ending the job ends: no failed pod has to be kept for what its successor must know */
export function trackPods(world: JobWorld, ending: boolean): Tracking {
  const notes = moveToCounts(world);
  const release: Pod[] = [];
  const newIndexes: number[] = [];
  const kept = ending ? new Map<number, Pod>() : lastFailures(world);
  const held = new Set([...kept.values()].map(({ metadata }) => metadata?.uid));
  let left = 0;
  for (const pod of inOrder(world)) {
    const uid = pod.metadata?.uid ?? '';
    const isNoted = notes.succeeded.has(uid) || notes.failed.has(uid);
    const isFull = !isNoted && newIndexes.length + notes.succeeded.size + notes.failed.size >= uncountedMax;
    const ended = isSucceeded(pod) || isFailed(pod, world.job) || world.job.metadata?.deletionTimestamp !== undefined;
    if (!ended || isFull || held.has(uid)) {
      left++;
      continue;
    }
    note(world, pod, { notes, newIndexes });
    release.push(pod);
  }
  return { counts: countsOf(world, notes, newIndexes), release, complete: left === 0 && release.length === 0 && notes.succeeded.size + notes.failed.size === 0 };
}

interface Notes {
  succeeded: Set<string>;
  failed: Set<string>;
  succeededCount: number;
  failedCount: number;
}

/** Step 3. */
function moveToCounts({ tracked, uncounted, status }: JobWorld): Notes {
  const alive = new Set(tracked.map(({ metadata }) => metadata?.uid ?? ''));
  const succeeded = new Set([...uncounted.succeeded].filter((uid) => alive.has(uid)));
  const failed = new Set([...uncounted.failed].filter((uid) => alive.has(uid)));
  return {
    succeeded,
    failed,
    succeededCount: (status.succeeded ?? 0) + uncounted.succeeded.size - succeeded.size,
    failedCount: (status.failed ?? 0) + uncounted.failed.size - failed.size,
  };
}

/** Lower indexes first, so that they are written in order. */
function inOrder({ job, tracked, completions = 0 }: JobWorld): readonly Pod[] {
  if (!isIndexed(job)) return tracked;
  const rank = (pod: Pod): number => completionIndex(pod, completions) ?? completions;
  return [...tracked].sort((a, b) => rank(a) - rank(b));
}

/** Step 1. */
function note({ job, spec, completions = 0, countedIndexes }: JobWorld, pod: Pod, { notes, newIndexes }: { notes: Notes; newIndexes: number[] }): void {
  const uid = pod.metadata?.uid ?? '';
  const index = completionIndex(pod, completions);
  if (isIndexed(job) && index === undefined) return;
  if (isSucceeded(pod) && !notes.failed.has(uid)) {
    if (index === undefined || !isIndexed(job)) notes.succeeded.add(uid);
    else if (!countedIndexes.has(index)) newIndexes.push(index);
    return;
  }
  if (judgeFailure(spec.podFailurePolicy, pod).action !== 'Ignore') notes.failed.add(uid);
}

function countsOf({ job, completions = 0, countedIndexes, failedIndexes }: JobWorld, notes: Notes, newIndexes: readonly number[]): Tracking['counts'] {
  const uncountedTerminatedPods = {
    ...(notes.succeeded.size ? { succeeded: [...notes.succeeded] } : {}),
    ...(notes.failed.size ? { failed: [...notes.failed] } : {}),
  };
  const indexes = isIndexed(job) && completions >= 0 ? countedIndexes.with(newIndexes) : undefined;
  return {
    succeeded: (indexes ? indexes.size : notes.succeededCount) || undefined,
    failed: notes.failedCount || undefined,
    uncountedTerminatedPods,
    completedIndexes: indexes?.toString() || undefined,
    failedIndexes: failedIndexes?.toString(),
  };
}

/**
 * Per index the failed pod that its next pod will follow: it carries the number of failures so far, so it stays until
 * that number lives on in another pod.
 */
export function lastFailures({ job, pods, active, tracked, completions = 0, succeededIndexes, failedIndexes }: JobWorld): Map<number, Pod> {
  const last = new Map<number, Pod>();
  if (!failedIndexes) return last;
  const running = new Set(active.map((pod) => completionIndex(pod, completions)));
  const candidates = new Set([...pods, ...tracked]);
  for (const pod of candidates) {
    const index = completionIndex(pod, completions);
    if (index === undefined || !isFailed(pod, job) || running.has(index) || succeededIndexes.has(index) || failedIndexes.has(index)) continue;
    const before = last.get(index);
    if (!before || indexFailures(before) <= indexFailures(pod)) last.set(index, pod);
  }
  return last;
}
