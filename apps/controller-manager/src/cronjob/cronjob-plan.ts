import type { CronJob, CronJobStatus, Job, ObjectReference } from '@typernetes/api';
import { controllerReference, formatTime, parseTime } from '@typernetes/machinery';
import { finishedCondition } from '../job/job-facts';
import { dueTime, earliestMs } from './due-time';
import type { Schedule } from './schedule';

export interface CronJobEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export const scheduledTimeAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const gvk = { apiVersion: 'batch/v1', kind: 'CronJob' };

/** Timers are not exact: a little after the minute it surely is the minute. */
const slackMs = 100;

export interface ActiveJobs {
  active: ObjectReference[];
  lastSuccessfulTime: string | undefined;
  /** Named in the status, but not among the children: to be asked for. */
  unknown: ObjectReference[];
  events: CronJobEvent[];
}

/** Brings the list of active jobs up to what the children have become. */
export function followJobs({ status }: CronJob, children: readonly Job[]): ActiveJobs {
  const byUid = new Map(children.map((job) => [job.metadata?.uid, job]));
  const listed = new Set((status?.active ?? []).map(({ uid }) => uid));
  const result: ActiveJobs = { active: [], unknown: [], events: [], lastSuccessfulTime: status?.lastSuccessfulTime };
  for (const reference of status?.active ?? []) {
    const job = byUid.get(reference.uid);
    const end = job && finishedCondition(job);
    if (!job) result.unknown.push(reference);
    if (end) result.events.push({ type: 'Normal', reason: 'SawCompletedJob', message: `Saw completed job: ${reference.name}, condition: ${end.type}` });
    else result.active.push(reference);
  }
  for (const job of children) {
    const end = finishedCondition(job);
    if (!end && !listed.has(job.metadata?.uid)) {
      result.events.push({ type: 'Warning', reason: 'UnexpectedJob', message: `Saw a job that the controller did not create or forgot: ${job.metadata?.name}` });
    }
    const completed = end?.type === 'Complete' ? job.status?.completionTime : undefined;
    if (completed && (parseTime(completed) ?? 0) > (parseTime(result.lastSuccessfulTime ?? '') ?? 0)) result.lastSuccessfulTime = completed;
  }
  return result;
}

/** Ended jobs beyond the history's limits, the oldest first. */
export function expiredJobs({ spec }: CronJob, children: readonly Job[]): Job[] {
  const startOf = ({ metadata, status }: Job): number => parseTime(status?.startTime ?? '') ?? parseTime(metadata?.creationTimestamp ?? '') ?? 0;
  const beyond = (type: string, limit: number | undefined): Job[] => {
    if (limit === undefined) return [];
    const ended = children.filter((job) => finishedCondition(job)?.type === type && !job.metadata?.deletionTimestamp);
    return ended.sort((a, b) => startOf(a) - startOf(b)).slice(0, Math.max(0, ended.length - limit));
  };
  return [...beyond('Failed', spec?.failedJobsHistoryLimit), ...beyond('Complete', spec?.successfulJobsHistoryLimit)];
}

export type Start =
  | { type: 'wait' }
  /** This time's job may be made, after these are deleted. */
  | { type: 'start'; scheduledMs: number; replace: readonly ObjectReference[] };

export interface StartPlan {
  start: Start;
  events: CronJobEvent[];
  requeueAfterMs: number | undefined;
}

/** Whether a job is to be started now. */
export function planStart(cronJob: CronJob, schedule: Schedule, { active, nowMs }: { active: readonly ObjectReference[]; nowMs: number }): StartPlan {
  const { spec, status, metadata } = cronJob;
  const events: CronJobEvent[] = [];
  const nextMs = schedule.next(nowMs);
  const plan = (start: Start): StartPlan => ({ start, events, requeueAfterMs: nextMs === undefined ? undefined : nextMs - nowMs + slackMs });
  const { dueMs, missed } = dueTime(cronJob, schedule, nowMs);
  if (missed === 'many') {
    events.push({ type: 'Warning', reason: 'TooManyMissedTimes', message: 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew' });
  }
  if (dueMs === undefined) {
    const lateMs = spec?.startingDeadlineSeconds === undefined ? undefined : schedule.next(earliestMs(cronJob, nowMs, { withDeadline: false }));
    if (lateMs !== undefined && lateMs <= nowMs) events.push({ type: 'Warning', reason: 'MissSchedule', message: `Missed scheduled time to start a job: ${new Date(lateMs).toUTCString().replace('GMT', '+0000')}` });
    return plan({ type: 'wait' });
  }
  const name = jobNameOf(cronJob, dueMs);
  if (status?.lastScheduleTime === formatTime(dueMs) || active.some((reference) => reference.name === name)) return plan({ type: 'wait' });
  if (spec?.concurrencyPolicy === 'Forbid' && active.length) {
    events.push({ type: 'Normal', reason: 'JobAlreadyActive', message: 'Not starting job because prior execution is running and concurrency policy is Forbid' });
    return plan({ type: 'wait' });
  }
  if (metadata?.deletionTimestamp) return plan({ type: 'wait' });
  return plan({ type: 'start', scheduledMs: dueMs, replace: spec?.concurrencyPolicy === 'Replace' ? active : [] });
}

/** By the scheduled minute: the same time never starts two jobs, whoever asks twice. */
export const jobNameOf = ({ metadata }: CronJob, scheduledMs: number): string => `${metadata?.name}-${Math.floor(scheduledMs / 60_000)}`;

export function jobOfCronJob(cronJob: CronJob, scheduledMs: number): Job {
  const { metadata, spec } = cronJob.spec?.jobTemplate ?? {};
  return {
    metadata: {
      name: jobNameOf(cronJob, scheduledMs),
      namespace: cronJob.metadata?.namespace,
      labels: metadata?.labels,
      annotations: { ...metadata?.annotations, [scheduledTimeAnnotation]: timeInZone(scheduledMs, cronJob.spec?.timeZone) },
      ownerReferences: [controllerReference(cronJob, gvk)],
    },
    spec,
  };
}

/** RFC 3339 with the zone's offset at that time. */
export function timeInZone(ms: number, timeZone: string | undefined): string {
  if (!timeZone) return formatTime(ms);
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const [, sign, hours = '00', minutes = '00'] = /GMT([+-])(\d\d):(\d\d)/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
  if (!sign || (hours === '00' && minutes === '00')) return formatTime(ms);
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return formatTime(ms + offsetMs).replace('Z', `${sign}${hours}:${minutes}`);
}

export function nextStatus({ status }: CronJob, { active, lastSuccessfulTime }: ActiveJobs, scheduledMs?: number): CronJobStatus {
  return {
    ...status,
    active: active.length ? active : undefined,
    lastSuccessfulTime,
    ...(scheduledMs === undefined ? {} : { lastScheduleTime: formatTime(scheduledMs) }),
  };
}
