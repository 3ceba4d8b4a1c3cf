import type { Job, JobSpec, JobStatus, Pod } from '@typernetes/api';
import { isPodActive, isPodTerminal, isPodTerminating } from '@typernetes/machinery';
import type { BackoffRecord } from './backoff';
import { nextBackoff } from './backoff';
import { judgeFailure } from './failure-policy';
import { IndexRanges } from './index-ranges';
import { completionIndex, hasLimitPerIndex, hasTrackingFinalizer, indexFailures, interimCondition, isFailed, isIndexed, isSucceeded } from './job-facts';

/** What is known when a job is looked at. */
export interface JobView {
  job: Job;
  /** All pods that the job controls. */
  pods: readonly Pod[];
  /** Pods whose tracking finalizer is gone already although the cache still shows it. */
  untracked: ReadonlySet<string>;
  /** Whether the cache shows all pods that were made and deleted. */
  settled: boolean;
  backoff: BackoffRecord | undefined;
  nowMs: number;
}

/** The view with everything derived from it that more than one decision needs. */
export interface JobWorld extends JobView {
  spec: JobSpec;
  status: JobStatus;
  completions: number | undefined;
  /** Pods that hold the tracking finalizer: they are not counted yet, or were just noted in `uncounted`. */
  tracked: readonly Pod[];
  active: readonly Pod[];
  terminating: number;
  uncounted: { succeeded: ReadonlySet<string>; failed: ReadonlySet<string> };
  /** Counted, noted and newly ended ones together. */
  succeeded: number;
  failed: number;
  /** Of an Indexed job: as the status has them, and with what ended since. */
  countedIndexes: IndexRanges;
  succeededIndexes: IndexRanges;
  /** Indexes that have used up their retries; undefined when retries are not counted per index. */
  failedIndexes: IndexRanges | undefined;
  nextBackoff: BackoffRecord;
}

const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? '';

/** Whether this failure was the last one that the pod's index may have. */
function endsIndex(pod: Pod, { podFailurePolicy, backoffLimitPerIndex = 0 }: JobSpec): boolean {
  const { action } = judgeFailure(podFailurePolicy, pod);
  if (action === 'FailIndex') return true;
  return action !== 'Ignore' && indexFailures(pod) >= backoffLimitPerIndex;
}

const isPresent = (index: number | undefined): index is number => index !== undefined;

function indexesOf(pods: readonly Pod[], completions: number): number[] {
  return pods.map((pod) => completionIndex(pod, completions)).filter(isPresent);
}

/** Derives the facts that decisions are made of. */
export function jobWorld(view: JobView): JobWorld {
  const { job, pods, untracked, nowMs } = view;
  const spec: JobSpec = job.spec ?? { template: {} };
  const status = job.status ?? {};
  const { completions } = spec;
  const indexed = isIndexed(job);
  const uncounted = { succeeded: new Set(status.uncountedTerminatedPods?.succeeded), failed: new Set(status.uncountedTerminatedPods?.failed) };
  const tracked = pods.filter((pod) => hasTrackingFinalizer(pod) && !untracked.has(uidOf(pod)));
  const known = (pod: Pod): boolean => !indexed || completionIndex(pod, completions ?? 0) !== undefined;
  const newSucceeded = tracked.filter((pod) => isSucceeded(pod) && known(pod) && !uncounted.succeeded.has(uidOf(pod)) && !uncounted.failed.has(uidOf(pod)));
  const newFailed = tracked.filter((pod) => isFailed(pod, job) && known(pod) && !uncounted.failed.has(uidOf(pod)));
  const counted = newFailed.filter((pod) => judgeFailure(spec.podFailurePolicy, pod).action !== 'Ignore');
  const countedIndexes = IndexRanges.parse(status.completedIndexes, completions ?? 0);
  const succeededIndexes = indexed ? countedIndexes.with(indexesOf(newSucceeded, completions ?? 0)) : countedIndexes;
  // Pods that go because the job ends say nothing about their index.
  const isCutShort = ({ metadata }: Pod): boolean => metadata?.deletionTimestamp !== undefined && interimCondition(job) !== undefined;
  const failedForGood = hasLimitPerIndex(job) ? tracked.filter((pod) => isFailed(pod, job) && !isCutShort(pod) && endsIndex(pod, spec)) : [];
  return {
    ...view,
    spec,
    status,
    completions,
    tracked,
    active: pods.filter(isPodActive),
    terminating: pods.filter((pod) => isPodTerminating(pod) && !isPodTerminal(pod)).length,
    uncounted,
    succeeded: indexed ? succeededIndexes.size : (status.succeeded ?? 0) + uncounted.succeeded.size + newSucceeded.length,
    failed: (status.failed ?? 0) + uncounted.failed.size + counted.length,
    countedIndexes,
    succeededIndexes,
    failedIndexes: hasLimitPerIndex(job) ? IndexRanges.parse(status.failedIndexes, completions ?? 0).with(indexesOf(failedForGood, completions ?? 0)) : undefined,
    nextBackoff: nextBackoff(view.backoff, { succeeded: newSucceeded, failed: newFailed }, nowMs),
  };
}
