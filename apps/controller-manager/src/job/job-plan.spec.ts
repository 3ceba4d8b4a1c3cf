import type { Job, JobSpec, JobStatus, Pod } from '@typernetes/api';
import { formatTime } from '@typernetes/machinery';
import { trackingFinalizer } from './job-facts';
import type { JobPlan } from './job-plan';
import { planJob, withPodChanges } from './job-plan';
import type { JobView } from './job-world';

const nowMs = Date.UTC(2026, 0, 1, 12);
const at = (secondsAgo: number): string => formatTime(nowMs - secondsAgo * 1000);

const job = (spec: Partial<JobSpec>, status: JobStatus = { startTime: at(60), uncountedTerminatedPods: {} }): Job => ({
  metadata: { name: 'j', namespace: 'ns', uid: 'job' },
  spec: { parallelism: 2, completions: 3, backoffLimit: 6, template: { spec: { containers: [{ name: 'c' }], restartPolicy: 'Never' } }, podReplacementPolicy: 'TerminatingOrFailed', ...spec },
  status,
});

interface PodShape {
  phase?: string;
  index?: number;
  failures?: number;
  exitCode?: number;
  deleting?: boolean;
  untracked?: boolean;
  endedAgo?: number;
  restarts?: number;
  condition?: string;
}

function pod(name: string, { phase = 'Running', index, failures, exitCode, deleting, untracked, endedAgo = 3600, restarts = 0, condition }: PodShape = {}): Pod {
  const annotations = {
    ...(index === undefined ? {} : { 'batch.kubernetes.io/job-completion-index': `${index}` }),
    ...(failures === undefined ? {} : { 'batch.kubernetes.io/job-index-failure-count': `${failures}` }),
  };
  const ended = phase === 'Failed' || phase === 'Succeeded';
  const state = ended ? { terminated: { exitCode: exitCode ?? (phase === 'Failed' ? 1 : 0), finishedAt: at(endedAgo) } } : { running: {} };
  return {
    metadata: { name, namespace: 'ns', uid: name, annotations, ...(untracked ? {} : { finalizers: [trackingFinalizer] }), ...(deleting ? { deletionTimestamp: at(0) } : {}) },
    status: {
      phase,
      conditions: condition ? [{ type: condition, status: 'True' }] : [],
      containerStatuses: [{ name: 'c', image: 'i', imageID: 'i', ready: false, restartCount: restarts, state }],
    },
  };
}

const plan = (job: Job, pods: Pod[], rest: Partial<JobView> = {}): JobPlan => planJob({ job, pods, untracked: new Set(), settled: true, backoff: undefined, nowMs, ...rest });
const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata?.name ?? '');
const conditions = ({ status }: JobPlan): string[] => (status.conditions ?? []).map(({ type, status: value, reason, message }) => [type, value, reason, message].join('|'));

const indexed = (spec: Partial<JobSpec>, status?: JobStatus): Job => job({ completionMode: 'Indexed', ...spec }, status);
const limited = (spec: Partial<JobSpec>, status?: JobStatus): Job => indexed({ backoffLimitPerIndex: 1, backoffLimit: 2 ** 31 - 1, ...spec }, status);

describe('how many pods', () => {
  test.each<[string, Job, Pod[], number, string[]]>([
    ['a new job starts as many as may run at once', job({}), [], 2, []],
    ['no more than are missing', job({}, { succeeded: 2, startTime: at(1) }), [], 1, []],
    ['running ones count', job({}), [pod('a')], 1, []],
    ['a deleted pod is replaced at once', job({}), [pod('a'), pod('b', { deleting: true })], 0, []],
    ['less parallelism deletes', job({ parallelism: 1 }), [pod('a'), pod('b', { phase: 'Pending' })], 0, ['b']],
    ['suspension deletes all', job({ suspend: true }), [pod('a'), pod('b')], 0, ['a', 'b']],
    ['a suspended job starts none', job({ suspend: true }), [], 0, []],
    ['a work queue runs its parallelism', job({ completions: undefined, parallelism: 3 }), [pod('a')], 2, []],
    ['a work queue that is empty gets none', job({ completions: undefined, parallelism: 3 }), [pod('a', { phase: 'Succeeded' }), pod('b')], 0, []],
    ['failed pods are not counted on, but waited for', job({ podReplacementPolicy: 'Failed' }), [pod('a'), pod('b', { deleting: true })], 0, []],
  ])('%s', (_name, object, pods, create, deleted) => {
    const result = plan(object, pods);
    // A deletion is a failure of this moment, whose back-off holds the replacement.
    expect([result.create.length, names(result.delete)]).toEqual([create, deleted]);
  });

  test('nothing is made or deleted while the cache is behind', () => {
    expect(plan(job({}), [], { settled: false }).create).toEqual([]);
    expect(plan(job({ suspend: true }), [pod('a')], { settled: false }).delete).toEqual([]);
  });

  test.each<[number, number | undefined, number]>([
    [1, 9_000, 0],
    [10, undefined, 2],
  ])('after a failure %i s ago pods wait', (endedAgo, requeueAfterMs, count) => {
    const result = plan(job({ completions: 3 }), [pod('a', { phase: 'Failed', endedAgo })]);
    expect([result.requeueAfterMs, result.create.length]).toEqual([requeueAfterMs, count]);
  });
});

describe('indexes', () => {
  test.each<[string, Job, Pod[], number[], string[]]>([
    ['the lowest first', indexed({ completions: 5 }), [], [0, 1], []],
    ['done and running ones are skipped', indexed({ completions: 5, parallelism: 3 }, { completedIndexes: '0,2', startTime: at(1) }), [pod('a', { index: 1 })], [3, 4], []],
    ['doubles go', indexed({ completions: 5 }), [pod('a', { index: 1 }), pod('b', { index: 1, phase: 'Pending' })], [], ['b']],
    ['unknown indexes go', indexed({ completions: 5 }), [pod('a', { index: 7 }), pod('b', { index: 0 })], [], ['a']],
    ['a failed index is tried again', indexed({ completions: 2 }), [pod('a', { index: 1, phase: 'Failed' })], [0, 1], []],
    ['a fading pod holds its index', indexed({ completions: 2, podReplacementPolicy: 'Failed' }), [pod('a', { index: 0, deleting: true })], [1], []],
  ])('%s', (_name, object, pods, create, deleted) => {
    const result = plan(object, pods);
    expect([result.create.map(({ index }) => index), names(result.delete)]).toEqual([create, deleted]);
  });

  test('succeeded indexes are counted once', () => {
    const pods = [pod('a', { index: 0, phase: 'Succeeded' }), pod('b', { index: 2, phase: 'Succeeded' }), pod('c', { index: 2, phase: 'Succeeded' }), pod('d', { index: 9, phase: 'Succeeded' })];
    const { status, release } = plan(indexed({ completions: 5, parallelism: 1 }), pods);
    expect([status.completedIndexes, status.succeeded, names(release)]).toEqual(['0,2', 2, ['a', 'b', 'c', 'd']]);
  });

  test('a job that got smaller forgets the rest', () => {
    const { status } = plan(indexed({ completions: 2, parallelism: 2 }, { completedIndexes: '0-4', succeeded: 5, startTime: at(1), uncountedTerminatedPods: {} }), []);
    expect([status.completedIndexes, status.succeeded]).toEqual(['0-1', 2]);
  });

  test('retries per index carry their count on', () => {
    const { create } = plan(limited({ completions: 2, backoffLimitPerIndex: 2 }), [pod('a', { index: 1, phase: 'Failed', failures: 1 })]);
    expect(create).toEqual([
      { index: 0, failures: { counted: 0, ignored: 0 } },
      { index: 1, failures: { counted: 2, ignored: 0 } },
    ]);
  });

  test('a failed pod stays until its successor is there', () => {
    const failed = pod('a', { index: 1, phase: 'Failed', failures: 0, endedAgo: 1 });
    expect(names(plan(limited({}), [failed]).release)).toEqual([]);
    expect(names(plan(limited({}), [failed, pod('b', { index: 1, failures: 1 })]).release)).toEqual(['a']);
  });
});

describe('counting', () => {
  test('ended pods are noted before they are released', () => {
    const { status, release } = plan(job({}), [pod('a', { phase: 'Succeeded' }), pod('b', { phase: 'Failed' }), pod('c', { deleting: true }), pod('d')]);
    expect(status).toMatchObject({ active: 1, terminating: 1, uncountedTerminatedPods: { succeeded: ['a'], failed: ['b', 'c'] } });
    expect([status.succeeded, status.failed]).toEqual([undefined, undefined]);
    expect(names(release)).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, Pod[], string[]]>([
    ['without the finalizer', [pod('a', { phase: 'Succeeded', untracked: true })], []],
    ['that is gone', [], []],
    ['whose finalizer the cache still shows', [pod('a', { phase: 'Succeeded' })], ['a']],
  ])('a noted pod %s is counted', (_name, pods, untracked) => {
    const { status } = plan(job({ completions: 9 }, { startTime: at(9), succeeded: 1, uncountedTerminatedPods: { succeeded: ['a'] } }), pods, { untracked: new Set(untracked) });
    expect(status).toMatchObject({ succeeded: 2, uncountedTerminatedPods: {} });
  });

  test('a noted pod with its finalizer is released again, and not noted twice', () => {
    const { status, release } = plan(job({}, { startTime: at(9), uncountedTerminatedPods: { failed: ['a'] } }), [pod('a', { phase: 'Failed' })]);
    expect([status.failed, status.uncountedTerminatedPods, names(release)]).toEqual([undefined, { failed: ['a'] }, ['a']]);
  });

  test('a pod that lost its finalizer without a note is not counted', () => {
    expect(plan(job({}), [pod('a', { phase: 'Succeeded', untracked: true })]).status.succeeded).toBeUndefined();
  });

  test('notes have a limit', () => {
    const pods = Array.from({ length: 600 }, (_, i) => pod(`p${i}`, { phase: 'Succeeded' }));
    const { status, release } = plan(job({ completions: 1000 }), pods);
    expect([status.uncountedTerminatedPods?.succeeded?.length, release.length]).toEqual([500, 500]);
  });
});

describe('the end', () => {
  const ended = (count: number): JobStatus => ({ startTime: at(60), succeeded: count, uncountedTerminatedPods: {} });

  test('all completions: first the criterion, with nothing left the job is complete', () => {
    const first = plan(job({ completions: 1 }), [pod('a', { phase: 'Succeeded' })]);
    expect(conditions(first)).toEqual(['SuccessCriteriaMet|True|CompletionsReached|Reached expected number of succeeded pods']);
    const second = plan(job({ completions: 1 }, { ...first.status }), [pod('a', { phase: 'Succeeded', untracked: true })]);
    expect(conditions(second)[1]).toBe('Complete|True|CompletionsReached|Reached expected number of succeeded pods');
    expect(second.status).toMatchObject({ succeeded: 1, completionTime: at(0) });
    expect(second.events).toEqual([{ type: 'Normal', reason: 'Completed', message: 'Job completed' }]);
  });

  test.each<[string, Job, Pod[], string]>([
    ['too many failures', job({ backoffLimit: 1 }), [pod('a', { phase: 'Failed' }), pod('b', { phase: 'Failed' })], 'BackoffLimitExceeded|Job has reached the specified backoff limit'],
    [
      'too many restarts',
      job({ backoffLimit: 3, template: { spec: { containers: [], restartPolicy: 'OnFailure' } } }),
      [pod('a', { restarts: 3 })],
      'BackoffLimitExceeded|Job has reached the specified backoff limit',
    ],
    ['too long', job({ activeDeadlineSeconds: 60 }), [pod('a')], 'DeadlineExceeded|Job was active longer than specified deadline'],
    [
      'an exit code that is final',
      job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }] }, podReplacementPolicy: 'Failed' }),
      [pod('a', { phase: 'Failed', exitCode: 3 }), pod('b')],
      'PodFailurePolicy|Container c for pod ns/a failed with exit code 3 matching FailJob rule at index 0',
    ],
    [
      'a condition that is final',
      job({ podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions: [{ type: 'ConfigIssue', status: 'True' }] }] } }),
      [pod('a', { phase: 'Failed', condition: 'ConfigIssue' })],
      'PodFailurePolicy|Pod ns/a has condition ConfigIssue matching FailJob rule at index 0',
    ],
    ['too many failed indexes', limited({ completions: 5, maxFailedIndexes: 0 }), [pod('a', { index: 0, phase: 'Failed', failures: 1 })], 'MaxFailedIndexesExceeded|Job has exceeded the specified maximal number of failed indexes'],
    [
      'all indexes over, some failed',
      limited({ completions: 2 }, { startTime: at(9), completedIndexes: '0', uncountedTerminatedPods: {} }),
      [pod('a', { index: 1, phase: 'Failed', failures: 1 })],
      'FailedIndexes|Job has failed indexes',
    ],
  ])('%s', (_name, object, pods, why) => {
    const result = plan(object, pods);
    expect(conditions(result)).toEqual([`FailureTarget|True|${why}`]);
    expect(result.delete).toEqual(pods.filter(({ status }) => status?.phase === 'Running'));
    const after = plan({ ...object, status: result.status }, []);
    expect(conditions(after)[1]).toBe(`Failed|True|${why}`);
    expect(after.events).toEqual([{ type: 'Warning', reason: why.split('|')[0], message: why.split('|')[1] }]);
  });

  test('waits for pods that still end', () => {
    const status = { ...ended(1), conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }] };
    expect(conditions(plan(job({ completions: 1 }, status), [pod('a', { deleting: true, untracked: true })]))).toHaveLength(1);
    expect(conditions(plan(job({ completions: 1 }, status), [], { settled: false }))).toHaveLength(1);
  });

  test.each<[string, NonNullable<JobSpec['successPolicy']>, string, string | undefined]>([
    ['one of a list', { rules: [{ succeededIndexes: '1-3', succeededCount: 1 }] }, '2', 'Matched rules at index 0'],
    ['all of a list', { rules: [{ succeededIndexes: '1-3' }] }, '1,2', undefined],
    ['a number', { rules: [{ succeededIndexes: '4' }, { succeededCount: 2 }] }, '0,1', 'Matched rules at index 1'],
  ])('success policy: %s', (_name, successPolicy, completedIndexes, message) => {
    const result = plan(indexed({ completions: 5, successPolicy }, { startTime: at(9), completedIndexes, uncountedTerminatedPods: {} }), [pod('a', { index: 3 })]);
    expect(conditions(result)).toEqual(message ? [`SuccessCriteriaMet|True|SuccessPolicy|${message}`] : []);
  });

  test('ignored failures do not count', () => {
    const podFailurePolicy = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] };
    const result = plan(job({ backoffLimit: 0, podFailurePolicy }), [pod('a', { phase: 'Failed', condition: 'DisruptionTarget' })]);
    expect([conditions(result), result.status.uncountedTerminatedPods, names(result.release)]).toEqual([[], {}, ['a']]);
  });

  test('an index that may not be tried again', () => {
    const podFailurePolicy = { rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [42] } }] };
    const result = plan(limited({ completions: 3, backoffLimitPerIndex: 9, podFailurePolicy }), [pod('a', { index: 1, phase: 'Failed', exitCode: 42, failures: 0 })]);
    expect([result.status.failedIndexes, result.create.map(({ index }) => index)]).toEqual(['1', [0, 2]]);
  });

  test('indexes whose pods go with the job have not failed', () => {
    const status = { startTime: at(9), failedIndexes: '0', uncountedTerminatedPods: {}, conditions: [{ type: 'FailureTarget', status: 'True' }] };
    expect(plan(limited({ completions: 3, backoffLimitPerIndex: 0 }, status), [pod('a', { index: 1, deleting: true, failures: 0 })]).status.failedIndexes).toBe('0');
  });

  test('a deadline is looked at in time', () => expect(plan(job({ activeDeadlineSeconds: 100 }), [pod('a'), pod('b')]).requeueAfterMs).toBe(40_000));
});

describe('suspension', () => {
  test('is shown, and ends with a new start', () => {
    const suspended = plan(job({ suspend: true }, {}), []);
    expect([conditions(suspended), suspended.status.startTime]).toEqual([['Suspended|True|JobSuspended|Job suspended'], undefined]);
    const resumed = plan(job({}, { ...suspended.status, startTime: at(500) }), []);
    expect([conditions(resumed), resumed.status.startTime]).toEqual([['Suspended|False|JobResumed|Job resumed'], at(0)]);
    expect(resumed.events).toEqual([{ type: 'Normal', reason: 'Resumed', message: 'Job resumed' }]);
  });
});

test('the status says what was really done', () => {
  expect(withPodChanges({ active: 2, ready: 0, terminating: 0 }, { created: 3, deleted: [pod('a')] })).toEqual({ active: 4, ready: 0, terminating: 1 });
});
