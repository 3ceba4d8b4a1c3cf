import type { CronJob, Job, JobSpec } from '../generated/types';
import { int32Max } from '../validation/checks';
import { defaultPodTemplateSpec } from './pod';

const backoffLimit = 6;
const successfulJobsHistoryLimit = 3;
const failedJobsHistoryLimit = 1;

/** What holds for the spec of a job and of a CronJob's template alike. */
function defaultJobParts({ template, podFailurePolicy }: JobSpec): void {
  if (template) defaultPodTemplateSpec(template);
  for (const { onPodConditions } of podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions ?? []) pattern.status ||= 'True';
  }
}

export function defaultJob(job: Job): void {
  const { spec } = job;
  if (!spec) return;
  // Neither given: one pod that succeeds. Parallelism alone: a work queue.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? backoffLimit : int32Max;
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(job.metadata?.labels ?? {}).length === 0) job.metadata = { ...job.metadata, labels: { ...labels } };
  spec.completionMode ||= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ||= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  defaultJobParts(spec);
}

export function defaultCronJob({ spec }: CronJob): void {
  if (!spec) return;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= successfulJobsHistoryLimit;
  spec.failedJobsHistoryLimit ??= failedJobsHistoryLimit;
  if (spec.jobTemplate?.spec) defaultJobParts(spec.jobTemplate.spec);
}
