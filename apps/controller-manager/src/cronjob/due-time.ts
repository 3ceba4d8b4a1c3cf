import type { CronJob } from '@typernetes/api';
import { parseTime } from '@typernetes/machinery';
import type { Schedule } from './schedule';

/** Beyond this many missed times something is wrong (a clock that jumped), and users are told. */
const missedMax = 100;

export interface DueTime {
  /** The most recent time that was not started; undefined when there is none. */
  dueMs?: number;
  missed: 'none' | 'few' | 'many';
}

/** What happened at or before this time is settled. */
export function earliestMs({ metadata, spec, status }: CronJob, nowMs: number, { withDeadline }: { withDeadline: boolean }): number {
  const sinceMs = parseTime(status?.lastScheduleTime ?? '') ?? parseTime(metadata?.creationTimestamp ?? '') ?? nowMs;
  if (!withDeadline || spec?.startingDeadlineSeconds === undefined) return sinceMs;
  return Math.max(sinceMs, nowMs - spec.startingDeadlineSeconds * 1000);
}

/** The most recent time between the last start and now. */
export function dueTime(cronJob: CronJob, schedule: Schedule, nowMs: number): DueTime {
  const fromMs = earliestMs(cronJob, nowMs, { withDeadline: true });
  const firstMs = schedule.next(fromMs);
  if (firstMs === undefined || firstMs > nowMs) return { missed: 'none' };
  const secondMs = schedule.next(firstMs);
  if (secondMs === undefined || secondMs > nowMs) return { dueMs: firstMs, missed: 'none' };
  // So many periods fit if all are as long as the first.
  const count = Math.floor((nowMs - firstMs) / Math.max(1000, secondMs - firstMs)) + 1;
  return { dueMs: latest(schedule, { fromMs: secondMs, nowMs, periodMs: secondMs - firstMs }), missed: count > missedMax ? 'many' : 'few' };
}

/** The last time up to now: looked for a few periods back, and further while there is none (periods differ in length). */
function latest(schedule: Schedule, { fromMs, nowMs, periodMs }: { fromMs: number; nowMs: number; periodMs: number }): number {
  for (let backMs = 2 * periodMs; nowMs - backMs > fromMs; backMs *= 2) {
    const found = walk(schedule, nowMs - backMs, nowMs);
    if (found !== undefined) return found;
  }
  return walk(schedule, fromMs, nowMs) ?? fromMs;
}

function walk(schedule: Schedule, afterMs: number, nowMs: number): number | undefined {
  let found: number | undefined;
  for (let next = schedule.next(afterMs); next !== undefined && next <= nowMs; next = schedule.next(next)) found = next;
  return found;
}
