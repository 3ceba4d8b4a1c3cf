import type { Job, JobCondition, Pod } from '@typernetes/api';
import { findCondition, isConditionTrue, parseTime } from '@typernetes/machinery';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
/** Annotation and, since 1.28, label of the pods of Indexed jobs. */
export const indexKey = 'batch.kubernetes.io/job-completion-index';
export const indexFailureCountKey = 'batch.kubernetes.io/job-index-failure-count';
export const indexIgnoredFailureCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** The name that `spec.managedBy` has when this controller is meant (KEP-4368). */
const ownName = 'kubernetes.io/job-controller';

export const isOurs = ({ spec }: Job): boolean => spec?.managedBy === undefined || spec.managedBy === ownName;

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed';

export const isSuspended = ({ spec }: Job): boolean => spec?.suspend === true;

/** Retries are counted per index (KEP-3850). */
export const hasLimitPerIndex = ({ spec }: Job): boolean => isIndexed({ spec }) && spec?.backoffLimitPerIndex !== undefined;

/** Pods that go away are replaced only when they have ended (KEP-3939). */
export const replacesFailedOnly = ({ spec }: Job): boolean => spec?.podReplacementPolicy === 'Failed';

/** The condition that ended the job, if it has ended. */
export function finishedCondition({ status }: Job): JobCondition | undefined {
  return status?.conditions?.find(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');
}

/** When the job ended; undefined while it has not. */
export function finishedAtMs(job: Job): number | undefined {
  const condition = finishedCondition(job);
  return condition && parseTime(condition.lastTransitionTime ?? '');
}

/** What has been decided about the job's end while pods still have to go. */
export function interimCondition({ status }: Job): JobCondition | undefined {
  for (const type of ['FailureTarget', 'SuccessCriteriaMet']) {
    if (isConditionTrue(status?.conditions, type)) return findCondition(status?.conditions, type);
  }
  return undefined;
}

export const hasTrackingFinalizer = ({ metadata }: Pod): boolean => metadata?.finalizers?.includes(trackingFinalizer) ?? false;

/** The pod's completion index; undefined when it has none that the job knows. */
export function completionIndex({ metadata }: Pod, completions: number): number | undefined {
  const text = metadata?.annotations?.[indexKey];
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const index = Number(text);
  return index < completions ? index : undefined;
}

const countAt = ({ metadata }: Pod, key: string): number => Number.parseInt(metadata?.annotations?.[key] ?? '0', 10) || 0;

/** How often the pod's index had failed before it. */
export const indexFailures = (pod: Pod): number => countAt(pod, indexFailureCountKey);
export const ignoredIndexFailures = (pod: Pod): number => countAt(pod, indexIgnoredFailureCountKey);

export const isSucceeded = ({ status }: Pod): boolean => status?.phase === 'Succeeded';

/**
 * A deleted pod counts as failed, since nobody may be left to tell how it ended; unless the job waits for the end of
 * its pods.
 */
export function isFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesFailedOnly(job) && pod.metadata?.deletionTimestamp !== undefined && !isSucceeded(pod);
}

/** When the last container ended; without containers when readiness went, or the deletion. */
export function podFinishedAtMs({ metadata, status }: Pod, nowMs: number): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => parseTime(state?.terminated?.finishedAt ?? ''));
  const known = ends.filter((end): end is number => end !== undefined);
  if (known.length && known.length === ends.length) return Math.max(...known);
  const ready = findCondition(status?.conditions, 'Ready');
  return parseTime(ready?.lastTransitionTime ?? '') ?? parseTime(metadata?.deletionTimestamp ?? '') ?? nowMs;
}
