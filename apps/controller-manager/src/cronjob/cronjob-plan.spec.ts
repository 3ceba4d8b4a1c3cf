import type { CronJob, CronJobSpec, CronJobStatus, Job } from '@typernetes/api';
import { expiredJobs, followJobs, jobNameOf, jobOfCronJob, planStart, timeInZone } from './cronjob-plan';
import { parseSchedule } from './schedule';

const nowMs = Date.parse('2026-01-01T10:05:30Z');
const cronJob = (spec: Partial<CronJobSpec> = {}, status: CronJobStatus = {}): CronJob => ({
  metadata: { name: 'cj', namespace: 'ns', uid: 'u', creationTimestamp: '2026-01-01T10:00:00Z' },
  spec: { schedule: '*/5 * * * *', jobTemplate: { metadata: { labels: { a: 'b' } }, spec: { template: {} } }, ...spec },
  status,
});
const job = (name: string, end?: 'Complete' | 'Failed', startTime = '2026-01-01T09:00:00Z'): Job => ({
  metadata: { name, uid: name },
  status: { startTime, ...(end ? { conditions: [{ type: end, status: 'True' }], completionTime: '2026-01-01T09:30:00Z' } : {}) },
});
const reference = (name: string): { name: string; uid: string } => ({ name, uid: name });
const start = (object: CronJob, active: string[] = []) => planStart(object, parseSchedule(object.spec?.schedule ?? '', 'UTC'), { active: active.map(reference), nowMs });

const dueMs = Date.parse('2026-01-01T10:05:00Z');

test.each<[string, CronJob, string[], string, string[]]>([
  ['its time has come', cronJob(), [], 'start', []],
  ['it was started', cronJob({}, { lastScheduleTime: '2026-01-01T10:05:00Z' }), [], 'wait', []],
  ['it was started, the status is old', cronJob(), [jobNameOf(cronJob(), dueMs)], 'wait', []],
  ['another one runs', cronJob({ concurrencyPolicy: 'Allow' }), ['x'], 'start', []],
  ['another one runs, and must be alone', cronJob({ concurrencyPolicy: 'Forbid' }), ['x'], 'wait', ['JobAlreadyActive']],
  ['too late', cronJob({ startingDeadlineSeconds: 20 }), [], 'wait', ['MissSchedule']],
  ['very late', cronJob({ schedule: '* * * * *' }, { lastScheduleTime: '2026-01-01T01:00:00Z' }), [], 'start', ['TooManyMissedTimes']],
])('%s', (_name, object, active, type, reasons) => {
  const plan = start(object, active);
  expect([plan.start.type, plan.events.map(({ reason }) => reason)]).toEqual([type, reasons]);
});

test('replaces what runs', () => {
  expect(start(cronJob({ concurrencyPolicy: 'Replace' }), ['x']).start).toEqual({ type: 'start', scheduledMs: dueMs, replace: [reference('x')] });
});

test('looks again at the next time', () => expect(start(cronJob()).requeueAfterMs).toBe(4.5 * 60_000 + 100));

test('the job of a time', () => {
  expect(jobOfCronJob(cronJob({ timeZone: 'Asia/Kolkata' }), dueMs)).toMatchObject({
    metadata: {
      name: `cj-${dueMs / 60_000}`,
      labels: { a: 'b' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T15:35:00+05:30' },
      ownerReferences: [{ kind: 'CronJob', uid: 'u', controller: true }],
    },
  });
});

test.each<[string | undefined, string]>([
  [undefined, '2026-01-01T10:05:00Z'],
  ['UTC', '2026-01-01T10:05:00Z'],
  ['America/St_Johns', '2026-01-01T06:35:00-03:30'],
])('time in %s', (zone, expected) => expect(timeInZone(dueMs, zone)).toBe(expected));

test('follows its jobs', () => {
  const followed = followJobs(cronJob({}, { active: ['runs', 'done', 'lost'].map(reference) }), [job('runs'), job('done', 'Complete'), job('surprise')]);
  expect(followed).toMatchObject({ active: [reference('runs'), reference('lost')], unknown: [reference('lost')], lastSuccessfulTime: '2026-01-01T09:30:00Z' });
  expect(followed.events.map(({ message }) => message)).toEqual([
    'Saw completed job: done, condition: Complete',
    'Saw a job that the controller did not create or forgot: surprise',
  ]);
});

test('keeps some history', () => {
  const children = [job('a', 'Complete', '2026-01-01T01:00:00Z'), job('b', 'Complete', '2026-01-01T00:00:00Z'), job('c', 'Failed'), job('d')];
  const names = (spec: Partial<CronJobSpec>): (string | undefined)[] => expiredJobs(cronJob(spec), children).map(({ metadata }) => metadata?.name);
  expect(names({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 })).toEqual(['c', 'b']);
  expect(names({})).toEqual([]);
});
