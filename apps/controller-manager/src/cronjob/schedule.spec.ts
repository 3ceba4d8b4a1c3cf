import type { CronJob } from '@typernetes/api';
import { dueTime } from './due-time';
import { parseSchedule } from './schedule';

const at = (text: string): number => Date.parse(text);

test.each<[string, string | undefined, string, string]>([
  ['*/5 * * * *', 'UTC', '2026-01-01T00:01:30Z', '2026-01-01T00:05:00.000Z'],
  ['0 0 * * ?', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['5/20 * * * *', 'UTC', '2026-01-01T00:06:00Z', '2026-01-01T00:25:00.000Z'],
  ['0 12 1 jan-mar mon', 'UTC', '2026-01-02T00:00:00Z', '2026-01-05T12:00:00.000Z'],
  ['@weekly', 'UTC', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00.000Z'],
  ['@yearly', 'UTC', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
  ['@hourly', 'Asia/Kolkata', '2026-01-01T00:00:00Z', '2026-01-01T00:30:00.000Z'],
  ['0 9 * * *', 'Europe/Zurich', '2026-07-01T08:00:00Z', '2026-07-02T07:00:00.000Z'],
  ['TZ=America/New_York 0 9 * * *', undefined, '2026-01-01T00:00:00Z', '2026-01-01T14:00:00.000Z'],
  ['@every 1h30m', undefined, '2026-01-01T00:00:00.5Z', '2026-01-01T01:30:00.000Z'],
  ['@every 10ms', undefined, '2026-01-01T00:00:00Z', '2026-01-01T00:00:01.000Z'],
])('%s in %s after %s', (text, zone, after, expected) => {
  expect(new Date(parseSchedule(text, zone).next(at(after)) ?? 0).toISOString()).toBe(expected);
});

test('a day that never comes', () => expect(parseSchedule('0 0 31 2 *', 'UTC').next(0)).toBeUndefined());
test('an unknown zone', () => expect(() => parseSchedule('0 0 * * *', 'Mars/Olympus').next(0)).toThrow());

const cronJob = (lastScheduleTime: string | undefined, startingDeadlineSeconds?: number): CronJob => ({
  metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { schedule: '', jobTemplate: {}, startingDeadlineSeconds },
  status: { lastScheduleTime },
});

test.each<[string, CronJob, string, string, string | undefined, string]>([
  ['not yet', cronJob(undefined), '0 * * * *', '2026-01-01T00:59:59Z', undefined, 'none'],
  ['just now', cronJob(undefined), '0 * * * *', '2026-01-01T01:00:00Z', '2026-01-01T01:00:00Z', 'none'],
  ['started already', cronJob('2026-01-01T01:00:00Z'), '0 * * * *', '2026-01-01T01:00:30Z', undefined, 'none'],
  ['a few were missed', cronJob(undefined), '0 * * * *', '2026-01-01T03:10:00Z', '2026-01-01T03:00:00Z', 'few'],
  ['very many were missed', cronJob(undefined), '* * * * *', '2026-02-01T03:10:30Z', '2026-02-01T03:10:00Z', 'many'],
  ['over a weekend', cronJob(undefined), '0 9 * * 1-5', '2026-12-06T12:00:00Z', '2026-12-04T09:00:00Z', 'many'],
  ['the deadline settles the rest', cronJob(undefined, 90), '* * * * *', '2026-02-01T03:10:30Z', '2026-02-01T03:10:00Z', 'none'],
  ['too late', cronJob(undefined, 10), '* * * * *', '2026-02-01T03:10:30Z', undefined, 'none'],
])('due: %s', (_name, object, schedule, now, due, missed) => {
  expect(dueTime(object, parseSchedule(schedule, 'UTC'), at(now))).toEqual({ ...(due ? { dueMs: at(due) } : {}), missed });
});
