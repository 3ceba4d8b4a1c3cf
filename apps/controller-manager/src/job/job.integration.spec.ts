import { resources, type Job, type JobSpec, type Pod } from '@typernetes/api';
import { formatTime, hasReason, systemClock } from '@typernetes/machinery';
import { endPod, eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster();
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

interface Behaviour {
  /** `simulate.typernetes.io/<what>`; absent: nobody runs the pods, the test plays the kubelet. */
  simulate?: Record<string, string>;
  restartPolicy?: string;
}

function jobOf(namespace: string, name: string, spec: Partial<JobSpec>, { simulate, restartPolicy = 'Never' }: Behaviour = {}): Job {
  const annotations = Object.fromEntries(Object.entries(simulate ?? {}).map(([what, value]) => [`simulate.typernetes.io/${what}`, value]));
  const template = { metadata: { annotations }, spec: { restartPolicy, terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'i' }], ...(simulate ? {} : { schedulerName: 'nobody' }) } };
  return { metadata: { name, namespace }, spec: { ...spec, template } };
}

const jobs = () => cluster.client.resource(resources.jobs);
const create = (...args: Parameters<typeof jobOf>): Promise<Job> => jobs().create(jobOf(...args));
const podsOf = async (job: Job): Promise<Pod[]> =>
  (await cluster.client.resource(resources.pods).list({ namespace: job.metadata?.namespace, labelSelector: `batch.kubernetes.io/controller-uid=${job.metadata?.uid}` })).items;
const activePods = async (job: Job): Promise<Pod[]> => (await podsOf(job)).filter(({ status, metadata }) => !metadata?.deletionTimestamp && status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
const read = (job: Job): Promise<Job> => jobs().get(job.metadata?.name ?? '', { namespace: job.metadata?.namespace });
const isIn = (job: Job, type: string, reason?: string): boolean => (job.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True' && (reason === undefined || c.reason === reason));

function until(job: Job, what: string, check: (job: Job) => boolean): Promise<Job> {
  return eventually(`${job.metadata?.name}: ${what}`, async () => {
    const now = await read(job);
    return check(now) && now;
  });
}

const activeCount = (job: Job, count: number): Promise<Pod[]> =>
  eventually(`${count} active pods of ${job.metadata?.name}`, async () => {
    const pods = await activePods(job);
    return pods.length === count && pods;
  });

async function noFinalizerIsLeft(job: Job): Promise<void> {
  await eventually('pods without tracking finalizer', async () => (await podsOf(job)).every(({ metadata }) => !metadata?.finalizers?.length));
}

const eventReasons = async (job: Job): Promise<string[]> =>
  (await cluster.client.resource(resources.events).list({ namespace: job.metadata?.namespace, fieldSelector: `involvedObject.uid=${job.metadata?.uid}` })).items.map(({ reason }) => reason ?? '');

test('runs to completion', async () => {
  const namespace = await cluster.newNamespace('complete');
  const job = await create(namespace, 'many', { completions: 10, parallelism: 4 }, { simulate: { 'run-for': '200ms' } });
  const done = await until(job, 'complete', (now) => isIn(now, 'Complete', 'CompletionsReached'));
  expect(done.status).toMatchObject({ succeeded: 10, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect(done.status?.active).toBeUndefined();
  expect(isIn(done, 'SuccessCriteriaMet', 'CompletionsReached')).toBe(true);
  expect(done.status?.completionTime).toBeDefined();
  expect((await podsOf(job)).length).toBe(10);
  await noFinalizerIsLeft(job);
  await eventually('events', async () => {
    const reasons = await eventReasons(job);
    return reasons.includes('Completed') && reasons.includes('SuccessfulCreate');
  });
}, 90_000);

test('indexed: every index once, known to its pod', async () => {
  const namespace = await cluster.newNamespace('indexed');
  const job = await create(namespace, 'work', { completions: 4, parallelism: 2, completionMode: 'Indexed' }, { simulate: { 'run-for': '200ms' } });
  const done = await until(job, 'complete', (now) => isIn(now, 'Complete'));
  expect(done.status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
  const pods = await podsOf(job);
  expect(pods.map(({ metadata }) => metadata?.annotations?.['batch.kubernetes.io/job-completion-index']).sort()).toEqual(['0', '1', '2', '3']);
  expect(pods.map(({ spec }) => spec?.hostname).sort()).toEqual(['work-0', 'work-1', 'work-2', 'work-3']);
  for (const { spec } of pods) {
    const index = spec?.containers[0]?.env?.find((variable) => variable.name === 'JOB_COMPLETION_INDEX');
    expect(index?.valueFrom?.fieldRef?.fieldPath).toBe("metadata.labels['batch.kubernetes.io/job-completion-index']");
  }
  expect(pods.every(({ metadata }) => metadata?.name?.startsWith(`work-${metadata.labels?.['batch.kubernetes.io/job-completion-index']}-`))).toBe(true);
}, 90_000);

test('completes although some pods fail', async () => {
  const namespace = await cluster.newNamespace('some-fail');
  const job = await create(namespace, 'flaky', { completions: 3, parallelism: 2, backoffLimit: 4 });
  const longAgo = formatTime(systemClock.now() - 3_600_000);
  for (let ended = 0; !isIn(await read(job), 'Complete'); ended++) {
    expect(ended).toBeLessThan(9);
    const [pod] = await eventually('a pod to play', async () => {
      const pods = await activePods(job);
      return (pods.length > 0 || isIn(await read(job), 'Complete')) && pods;
    });
    if (pod) await endPod(cluster.client, pod, { exitCode: ended % 2, finishedAt: longAgo });
    await eventually('the end is counted', async () => {
      const { status } = await read(job);
      return (status?.succeeded ?? 0) + (status?.failed ?? 0) + (pod ? 0 : 9) > ended;
    });
  }
  expect((await read(job)).status).toMatchObject({ succeeded: 3, failed: 2 });
}, 90_000);

test('fails at its backoff limit, and its other pods go', async () => {
  const namespace = await cluster.newNamespace('backoff');
  const job = await create(namespace, 'broken', { completions: 3, parallelism: 2, backoffLimit: 0 });
  const [first] = await activeCount(job, 2);
  if (first) await endPod(cluster.client, first, { exitCode: 1 });
  const failed = await until(job, 'failed', (now) => isIn(now, 'Failed', 'BackoffLimitExceeded'));
  expect(isIn(failed, 'FailureTarget', 'BackoffLimitExceeded')).toBe(true);
  expect(failed.status).toMatchObject({ failed: 2, terminating: 0, ready: 0 });
  await noFinalizerIsLeft(job);
  await eventually('the event', async () => (await eventReasons(job)).includes('BackoffLimitExceeded'));
}, 90_000);

test('ends at its deadline', async () => {
  const namespace = await cluster.newNamespace('deadline');
  const job = await create(namespace, 'slow', { completions: 1, activeDeadlineSeconds: 1 }, { simulate: {} });
  await until(job, 'failed', (now) => isIn(now, 'Failed', 'DeadlineExceeded'));
}, 90_000);

test('policies decide about failures', async () => {
  const namespace = await cluster.newNamespace('policies');
  const podFailurePolicy = {
    rules: [
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ],
  };
  const job = await create(namespace, 'judged', { completions: 2, parallelism: 2, backoffLimit: 0, podFailurePolicy });
  const [disrupted] = await activeCount(job, 2);
  const longAgo = formatTime(systemClock.now() - 3_600_000);
  if (disrupted) await endPod(cluster.client, disrupted, { exitCode: 1, finishedAt: longAgo, conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
  const [fatal] = await eventually('a replacement', async () => {
    const pods = await activePods(job);
    return pods.length === 2 && !pods.some(({ metadata }) => metadata?.uid === disrupted?.metadata?.uid) && pods;
  });
  expect(await read(job).then(({ status }) => status?.failed)).toBeUndefined();
  if (fatal) await endPod(cluster.client, fatal, { exitCode: 42 });
  const failed = await until(job, 'failed', (now) => isIn(now, 'Failed', 'PodFailurePolicy'));
  expect(failed.status?.conditions?.find(({ type }) => type === 'Failed')?.message).toBe(
    `Container c for pod policies/${fatal?.metadata?.name} failed with exit code 42 matching FailJob rule at index 0`,
  );
}, 90_000);

test('counts retries per index', async () => {
  const namespace = await cluster.newNamespace('per-index');
  const job = await create(namespace, 'split', { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 });
  const longAgo = formatTime(systemClock.now() - 3_600_000);
  const indexOf = ({ metadata }: Pod): string => metadata?.labels?.['batch.kubernetes.io/job-completion-index'] ?? '';
  const play = async (index: string, failures: string, exitCode: number): Promise<void> => {
    const pod = await eventually(`pod of index ${index} after ${failures} failures`, async () =>
      (await activePods(job)).find((one) => indexOf(one) === index && one.metadata?.annotations?.['batch.kubernetes.io/job-index-failure-count'] === failures),
    );
    await endPod(cluster.client, pod, { exitCode, finishedAt: longAgo });
  };
  await play('0', '0', 1);
  await play('0', '1', 1);
  await play('1', '0', 1);
  await play('1', '1', 0);
  const failed = await until(job, 'failed', (now) => isIn(now, 'Failed', 'FailedIndexes'));
  expect(failed.status).toMatchObject({ succeeded: 1, failed: 3, completedIndexes: '1', failedIndexes: '0' });
  await noFinalizerIsLeft(job);
}, 90_000);

test('a success policy ends it early', async () => {
  const namespace = await cluster.newNamespace('early');
  const job = await create(namespace, 'leader', { completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules: [{ succeededIndexes: '0' }] } });
  const pods = await activeCount(job, 3);
  const leader = pods.find(({ metadata }) => metadata?.labels?.['batch.kubernetes.io/job-completion-index'] === '0');
  if (leader) await endPod(cluster.client, leader);
  const done = await until(job, 'complete', (now) => isIn(now, 'Complete', 'SuccessPolicy'));
  expect(done.status).toMatchObject({ succeeded: 1, completedIndexes: '0' });
}, 90_000);

test('is suspended and resumed', async () => {
  const namespace = await cluster.newNamespace('suspended');
  const job = await create(namespace, 'paused', { parallelism: 2, completions: 4, suspend: true }, { simulate: {} });
  await until(job, 'suspended', (now) => isIn(now, 'Suspended', 'JobSuspended'));
  expect(await podsOf(job)).toEqual([]);
  const suspend = (value: boolean): Promise<Job> => jobs().patch('paused', { spec: { suspend: value } }, { namespace, type: 'application/merge-patch+json' });
  await suspend(false);
  await activeCount(job, 2);
  await until(job, 'resumed', (now) => !isIn(now, 'Suspended') && now.status?.startTime !== undefined);
  await suspend(true);
  await eventually('no pods', async () => (await podsOf(job)).every(({ status, metadata }) => metadata?.deletionTimestamp || status?.phase === 'Failed'));
  await eventually('events', async () => {
    const reasons = await eventReasons(job);
    return ['Suspended', 'Resumed', 'SuccessfulDelete'].every((reason) => reasons.includes(reason));
  });
  await until(job, 'inactive', ({ status }) => !status?.active);
}, 90_000);

test('adopts orphans that match and releases pods that do not', async () => {
  const namespace = await cluster.newNamespace('adoption');
  const job = await create(namespace, 'parent', { parallelism: 2, completions: 2 });
  const [pod] = await activeCount(job, 2);
  const name = pod?.metadata?.name ?? '';
  const pods = cluster.client.resource(resources.pods);
  await pods.patch(name, { metadata: { ownerReferences: null } }, { namespace, type: 'application/merge-patch+json' });
  await eventually('adopted again', async () => (await pods.get(name, { namespace })).metadata?.ownerReferences?.[0]?.uid === job.metadata?.uid);
  await pods.patch(name, { metadata: { labels: null } }, { namespace, type: 'application/merge-patch+json' });
  await eventually('released', async () => {
    const { metadata } = await pods.get(name, { namespace });
    return !metadata?.ownerReferences?.length && !metadata?.finalizers?.length;
  });
  await activeCount(job, 2);
}, 90_000);

test('a deleted job takes its pods along, whatever held them', async () => {
  const namespace = await cluster.newNamespace('gone');
  const job = await create(namespace, 'doomed', { parallelism: 3, completions: 3 }, { simulate: {} });
  await activeCount(job, 3);
  await jobs().delete('doomed', { namespace, propagationPolicy: 'Background' });
  await eventually('no pods', async () => (await podsOf(job)).length === 0);
  const foreground = await create(namespace, 'doomed-too', { parallelism: 3, completions: 3 }, { simulate: {} });
  await activeCount(foreground, 3);
  await jobs().delete('doomed-too', { namespace, propagationPolicy: 'Foreground' });
  await eventually('no job', async () => jobs().get('doomed-too', { namespace }).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
  expect(await podsOf(foreground)).toEqual([]);
}, 90_000);

test('changes its parallelism, and elastic ones their size', async () => {
  const namespace = await cluster.newNamespace('elastic');
  const job = await create(namespace, 'grows', { parallelism: 2, completions: 2, completionMode: 'Indexed' });
  await activeCount(job, 2);
  const resize = (size: number): Promise<Job> => jobs().patch('grows', { spec: { parallelism: size, completions: size } }, { namespace, type: 'application/merge-patch+json' });
  await resize(4);
  await activeCount(job, 4);
  await resize(1);
  const [left] = await activeCount(job, 1);
  expect(left?.metadata?.labels?.['batch.kubernetes.io/job-completion-index']).toBe('0');
}, 90_000);

test('somebody else manages it', async () => {
  const namespace = await cluster.newNamespace('elsewhere');
  const ours = await create(namespace, 'ours', { parallelism: 1 });
  const theirs = await create(namespace, 'theirs', { parallelism: 1, managedBy: 'example.com/other' });
  await activeCount(ours, 1);
  expect([await podsOf(theirs), (await read(theirs)).status]).toEqual([[], {}]);
}, 90_000);
