import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import { job as jobKind } from '../batch/job';
import * as defaults from '../defaults';
import type { CronJob, CronJobSpec, Job, JobSpec, PodDisruptionBudgetSpec } from '../generated/types';
import { cronScheduleError } from './cron-schedule';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };

/** As the apiserver makes it: defaults, then what the strategy adds. */
function jobOf(spec: Partial<JobSpec>): Job {
  const job: Job = { metadata: { name: 'j', uid: 'u' }, spec: { template, ...deepCopy(spec) } };
  defaults.defaultJob(job);
  jobKind.strategy.prepareForCreate?.(job, { now: '', user: { name: 'test', groups: [] } });
  return job;
}

function cronJobOf(spec: Partial<CronJobSpec>): CronJob {
  const job: CronJob = { metadata: { name: 'j' }, spec: { schedule: '@daily', jobTemplate: { spec: { template } }, ...deepCopy(spec) } };
  defaults.defaultCronJob(job);
  return job;
}

test('a job as it is stored', () => {
  expect(jobOf({})).toMatchObject({
    metadata: { generation: 1 },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
      template: { metadata: { labels: { 'batch.kubernetes.io/controller-uid': 'u', 'controller-uid': 'u', 'batch.kubernetes.io/job-name': 'j', 'job-name': 'j' } } },
    },
    status: {},
  });
  expect(jobOf({ parallelism: 2 }).spec).not.toHaveProperty('completions');
  expect(jobOf({ backoffLimitPerIndex: 1 }).spec?.backoffLimit).toBe(2_147_483_647);
  expect(jobOf({ podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'X' }] }] } }).spec).toMatchObject({
    podReplacementPolicy: 'Failed',
    podFailurePolicy: { rules: [{ onPodConditions: [{ status: 'True' }] }] },
  });
});

const restart = (restartPolicy: string): JobSpec['template'] => ({ spec: { ...template.spec, restartPolicy } });
const rule = (fields: object): Partial<JobSpec> => ({ podFailurePolicy: { rules: [{ action: 'FailJob', ...fields }] } });

test.each<[string, Partial<JobSpec>, string[]]>([
  ['fine', {}, []],
  ['numbers', { parallelism: -1 }, ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0']],
  ['pods that end', { template: restart('Always') }, ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']],
  ['a mode', { completionMode: 'X' }, ['spec.completionMode: Unsupported value: "X": supported values: "Indexed", "NonIndexed"']],
  ['indexes are counted', { completionMode: 'Indexed', parallelism: 2 }, ['spec.completions: Required value: when completion mode is Indexed']],
  ['limits of an index', { backoffLimitPerIndex: 1 }, ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode']],
  ['a strange owner', { managedBy: 'x' }, ['spec.managedBy: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")']],
  ['failures count for pods that are not restarted', { ...rule({ onPodConditions: [{ type: 'X' }] }), template: restart('OnFailure') }, ['spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified']],
  ['exit code 0', rule({ onExitCodes: { operator: 'In', values: [0] } }), ['spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator']],
  ['an action', rule({ action: 'X', onPodConditions: [{ type: 'X' }] }), ['spec.podFailurePolicy.rules[0].action: Unsupported value: "X": supported values: "Count", "FailIndex", "FailJob", "Ignore"']],
  ['a reason to act', rule({}), ['spec.podFailurePolicy.rules[0]: Invalid value: {"action":"FailJob"}: specifying one of OnExitCodes and OnPodConditions is required']],
  ['success of what', { successPolicy: { rules: [{ succeededCount: 1 }] } }, ['spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode']],
  ['more success than work', { completionMode: 'Indexed', completions: 2, successPolicy: { rules: [{ succeededCount: 3 }] } }, ['spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of specified completions)']],
  ['somebody else\'s selector', { selector: { matchLabels: { a: 'b' } } }, [
    'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"u","controller-uid":"u","batch.kubernetes.io/job-name":"j","job-name":"j"}: `selector` does not match template `labels`',
    'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"u","a":"b"}}: `selector` not auto-generated',
  ]],
])('job: %s', (_name, spec, expected) => expect(texts(validation.validateJobCreate(jobOf(spec)))).toEqual(expected));

test('what of a job may change', () => {
  const before = jobOf({ completions: 2 });
  expect(validation.validateJobUpdate(jobOf({ completions: 2, parallelism: 3, suspend: true }), before)).toEqual([]);
  expect(texts(validation.validateJobUpdate(jobOf({ completions: 3 }), before))).toEqual(['spec.completions: Invalid value: 3: field is immutable']);
  const indexed = (completions: number, parallelism: number): Job => jobOf({ completionMode: 'Indexed', completions, parallelism });
  expect(validation.validateJobUpdate(indexed(3, 3), indexed(2, 2))).toEqual([]);
  expect(texts(validation.validateJobUpdate(indexed(3, 2), indexed(2, 2)))).toEqual(['spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism']);
  const moved = (suspend: boolean): Job => jobOf({ suspend, template: { spec: { ...template.spec, nodeSelector: { a: 'b' } } } });
  expect(validation.validateJobUpdate(moved(false), jobOf({ suspend: true }))).toEqual([]);
  expect(texts(validation.validateJobUpdate(moved(false), jobOf({ suspend: false })))[0]).toMatch(/^spec\.template: Invalid value: .*: field is immutable$/);
});

test('an end is an end', () => {
  const done: Job = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };
  expect(texts(validation.validateJobStatusUpdate({ status: {} }, done))).toEqual(['status.conditions: Invalid value: []: cannot disable the terminal Complete=True condition']);
});

test.each<[string, Partial<CronJobSpec>, string[]]>([
  ['fine', { timeZone: 'Europe/Berlin' }, []],
  ['a schedule', { schedule: '' }, ['spec.schedule: Required value']],
  ['one of five parts', { schedule: '* *' }, ['spec.schedule: Invalid value: "* *": expected exactly 5 fields, found 2: [* *]']],
  ['zones are elsewhere', { schedule: 'TZ=UTC @daily' }, ['spec.schedule: Invalid value: "TZ=UTC @daily": cannot use TZ or CRON_TZ in schedule, use timeZone field instead']],
  ['a zone', { timeZone: 'X' }, ['spec.timeZone: Invalid value: "X": unknown time zone X']],
  ['not here', { timeZone: 'Local' }, ['spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones']],
  ['a policy', { concurrencyPolicy: 'X' }, ['spec.concurrencyPolicy: Unsupported value: "X": supported values: "Allow", "Forbid", "Replace"']],
  ['no selector', { jobTemplate: { spec: { template, selector: {} } } }, ['spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated']],
])('cron job: %s', (_name, spec, expected) => expect(texts(validation.validateCronJobCreate(cronJobOf(spec)))).toEqual(expected));

test('the name of a cron job leaves room', () => {
  const metadata = { name: 'a'.repeat(53) };
  expect(texts(validation.validateCronJobCreate({ ...cronJobOf({}), metadata }))).toEqual([`metadata.name: Invalid value: "${metadata.name}": must be no more than 52 characters`]);
  expect(validation.validateCronJobUpdate(cronJobOf({ schedule: 'TZ=UTC @daily' }), cronJobOf({ schedule: 'TZ=UTC @hourly' }))).toEqual([]);
  expect(cronJobOf({}).spec).toMatchObject({ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
});

test.each<[string, string | undefined]>([
  ['*/5 0-23 1,15 JAN-Dec sun', undefined],
  ['@every 1h30m', undefined],
  ['@sometimes', 'unrecognized descriptor: @sometimes'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
])('schedule %s', (schedule, error) => expect(cronScheduleError(schedule)).toBe(error));

test.each<[string, PodDisruptionBudgetSpec, string[]]>([
  ['fine', { minAvailable: '50%' }, []],
  ['one of both', { minAvailable: 1, maxUnavailable: 1 }, ['spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set']],
  ['at most all', { maxUnavailable: '200%' }, ['spec.maxUnavailable: Invalid value: "200%": must not be greater than 100%']],
  ['a policy', { unhealthyPodEvictionPolicy: 'X' }, ['spec.unhealthyPodEvictionPolicy: Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget"']],
])('disruption budget: %s', (_name, spec, expected) => expect(texts(validation.validatePodDisruptionBudgetCreate({ spec }))).toEqual(expected));
