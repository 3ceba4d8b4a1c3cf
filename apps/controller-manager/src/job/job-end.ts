import type { Pod } from '@typernetes/api';
import { parseTime } from '@typernetes/machinery';
import { judgeFailure } from './failure-policy';
import { interimCondition, isFailed, isIndexed, isSuspended } from './job-facts';
import type { JobWorld } from './job-world';
import { metSuccessRule } from './success-policy';

/** Why a job ends: first written down as this interim condition, as Complete or Failed when its pods are gone. */
export interface JobEnd {
  type: 'FailureTarget' | 'SuccessCriteriaMet';
  reason: string;
  message: string;
}

const failure = (reason: string, message: string): JobEnd => ({ type: 'FailureTarget', reason, message });

/** All completions are there: the end that is no policy's. */
export const completionsReached: JobEnd = { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };

/** What ends the job whatever its pods still do; undefined while nothing does. */
export function decideEnd(world: JobWorld): JobEnd | undefined {
  const decided = interimCondition(world.job);
  if (decided) return { type: decided.type === 'FailureTarget' ? 'FailureTarget' : 'SuccessCriteriaMet', reason: decided.reason ?? '', message: decided.message ?? '' };
  return failJobEnd(world) ?? backoffEnd(world) ?? deadlineEnd(world) ?? (isIndexed(world.job) ? (failedIndexesEnd(world) ?? successPolicyEnd(world)) : undefined);
}

function failJobEnd({ job, pods, spec }: JobWorld): JobEnd | undefined {
  if (!spec.podFailurePolicy) return undefined;
  for (const pod of pods) {
    if (!isFailed(pod, job)) continue;
    const { action, message } = judgeFailure(spec.podFailurePolicy, pod);
    if (action === 'FailJob') return failure('PodFailurePolicy', message);
  }
  return undefined;
}

function backoffEnd({ spec, failed, pods }: JobWorld): JobEnd | undefined {
  const limit = spec.backoffLimit ?? 6;
  if (failed <= limit && !isPastLimitOnFailure(pods, spec.template?.spec?.restartPolicy, limit)) return undefined;
  return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
}

/** Where the kubelet restarts containers in place, restarts are the failures that count. */
function isPastLimitOnFailure(pods: readonly Pod[], restartPolicy: string | undefined, limit: number): boolean {
  if (restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Until the job's deadline; undefined when no deadline runs. */
export function untilDeadlineMs({ job, spec, status, nowMs }: JobWorld): number | undefined {
  const startMs = parseTime(status.startTime ?? '');
  if (spec.activeDeadlineSeconds === undefined || startMs === undefined || isSuspended(job)) return undefined;
  return startMs + spec.activeDeadlineSeconds * 1000 - nowMs;
}

function deadlineEnd(world: JobWorld): JobEnd | undefined {
  const leftMs = untilDeadlineMs(world);
  return leftMs !== undefined && leftMs <= 0 ? failure('DeadlineExceeded', 'Job was active longer than specified deadline') : undefined;
}

function failedIndexesEnd({ spec, completions = 0, failedIndexes, succeededIndexes }: JobWorld): JobEnd | undefined {
  const failedCount = failedIndexes?.size ?? 0;
  if (spec.maxFailedIndexes !== undefined && failedCount > spec.maxFailedIndexes) {
    return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  return failedCount > 0 && failedCount + succeededIndexes.size >= completions ? failure('FailedIndexes', 'Job has failed indexes') : undefined;
}

function successPolicyEnd({ spec, completions = 0, succeededIndexes }: JobWorld): JobEnd | undefined {
  const message = metSuccessRule(spec.successPolicy, completions, succeededIndexes);
  return message === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}
