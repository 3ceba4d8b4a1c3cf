import type { JobCondition, JobStatus, Pod } from '@typernetes/api';
import { findCondition, formatTime, isPodReady } from '@typernetes/machinery';
import type { BackoffRecord } from './backoff';
import type { JobEnd } from './job-end';
import { completionsReached, decideEnd, untilDeadlineMs } from './job-end';
import { interimCondition, isIndexed, isSuspended } from './job-facts';
import type { NewPod } from './job-pods';
import { planPods } from './job-pods';
import { trackPods } from './job-tracking';
import type { JobView, JobWorld } from './job-world';
import { jobWorld } from './job-world';

export interface JobEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What is to be done now, in this order. */
export interface JobPlan {
  delete: readonly Pod[];
  create: readonly NewPod[];
  /** As the cache shows the pods: what is made and deleted above is still to be added. */
  status: JobStatus;
  /** Told once the status is written. */
  events: JobEvent[];
  /** Only after the status is written. */
  release: readonly Pod[];
  /** To be remembered once the status is written. */
  backoff: BackoffRecord;
  requeueAfterMs?: number;
}

/** Looks at a job that has not ended, and decides the next step. */
export function planJob(view: JobView): JobPlan {
  const world = jobWorld(view);
  const { job, settled, active } = world;
  const leaving = job.metadata?.deletionTimestamp !== undefined;
  const end = decideEnd(world) ?? (isDone(world) ? completionsReached : undefined);
  // Nothing is made or deleted on the ground of a cache that is known to be behind; an end deletes what it sees.
  const changes = end ? { delete: [...active], create: [] } : settled && !leaving ? planPods(world) : { delete: [], create: [] };
  const tracking = trackPods(world, end !== undefined);
  const events: JobEvent[] = [];
  const status: JobStatus = { ...world.status, ...tracking.counts, ...podCounts(world), startTime: startTimeOf(world) };
  const isOver = end !== undefined && tracking.complete && settled && active.length === 0 && world.terminating === 0;
  if (end) Object.assign(status, endedStatus(world, end, { isOver, events }));
  else if (settled && !leaving) Object.assign(status, suspendedStatus(world, events));
  return {
    ...changes,
    status,
    events,
    release: tracking.release,
    backoff: world.nextBackoff,
    requeueAfterMs: soonest(untilDeadlineMs(world), 'requeueAfterMs' in changes ? changes.requeueAfterMs : undefined, end !== undefined),
  };
}

/** As many successes as wanted, and nobody at work any more. */
function isDone({ settled, active, succeeded, completions }: JobWorld): boolean {
  if (!settled || active.length > 0) return false;
  return completions === undefined ? succeeded > 0 : succeeded >= completions;
}

function podCounts({ active, terminating }: JobWorld): JobStatus {
  return { active: active.length || undefined, ready: active.filter(isPodReady).length, terminating };
}

function startTimeOf({ job, status, nowMs }: JobWorld): string | undefined {
  return status.startTime ?? (isSuspended(job) ? undefined : formatTime(nowMs));
}

function soonest(deadlineMs: number | undefined, waitMs: number | undefined, isEnding: boolean): number | undefined {
  const times = [isEnding ? undefined : deadlineMs, waitMs].filter((ms): ms is number => ms !== undefined);
  return times.length ? Math.max(0, Math.min(...times)) : undefined;
}

function condition(type: string, { reason, message }: { reason: string; message: string }, nowMs: number): JobCondition {
  const time = formatTime(nowMs);
  return { type, status: 'True', lastProbeTime: time, lastTransitionTime: time, reason, message };
}

/** First the interim condition, so that the reason outlives the pods; the final one when nothing is left of them. */
function endedStatus(world: JobWorld, end: JobEnd, { isOver, events }: { isOver: boolean; events: JobEvent[] }): JobStatus {
  const { job, status, nowMs } = world;
  const conditions = [...(status.conditions ?? [])];
  if (!interimCondition(job)) conditions.push(condition(end.type, end, nowMs));
  if (!isOver) return { conditions };
  if (end.type === 'FailureTarget') {
    conditions.push(condition('Failed', end, nowMs));
    events.push({ type: 'Warning', reason: end.reason, message: end.message });
    return { conditions };
  }
  conditions.push(condition('Complete', end, nowMs));
  events.push({ type: 'Normal', reason: 'Completed', message: 'Job completed' });
  return { conditions, completionTime: formatTime(nowMs) };
}

/** The Suspended condition follows the spec; a resumed job starts its time anew. */
function suspendedStatus({ job, status, nowMs }: JobWorld, events: JobEvent[]): JobStatus {
  const before = findCondition(status.conditions, 'Suspended');
  const wanted = isSuspended(job) ? 'True' : 'False';
  if ((before?.status ?? 'False') === wanted) return {};
  const why = wanted === 'True' ? { reason: 'JobSuspended', message: 'Job suspended' } : { reason: 'JobResumed', message: 'Job resumed' };
  events.push({ type: 'Normal', reason: wanted === 'True' ? 'Suspended' : 'Resumed', message: why.message });
  const next = { ...condition('Suspended', why, nowMs), status: wanted };
  const conditions = [...(status.conditions ?? []).filter(({ type }) => type !== 'Suspended'), next];
  return wanted === 'True' ? { conditions } : { conditions, startTime: formatTime(nowMs) };
}

/** The status with what has really been made and deleted. */
export function withPodChanges(status: JobStatus, { created, deleted }: { created: number; deleted: readonly Pod[] }): JobStatus {
  return {
    ...status,
    active: (status.active ?? 0) + created - deleted.length || undefined,
    ready: (status.ready ?? 0) - deleted.filter(isPodReady).length,
    terminating: (status.terminating ?? 0) + deleted.length,
  };
}

/** Whether the job can be worked on at all: an Indexed one without completions can't. */
export const isSound = ({ job }: Pick<JobView, 'job'>): boolean => !isIndexed(job) || job.spec?.completions !== undefined;
