import { resources, type Job, type Pod } from '@typernetes/api';
import { formatTime, hasReason, isPodTerminal, systemClock } from '@typernetes/machinery';
import { startTestApi, type TestApi } from '../../../apiserver/src/testing/start-test-api';
import type { ApiClient } from '@typernetes/client';
import { endPod, eventually } from '../testing/simulated-cluster';
import { startControllers } from '../testing/mortal-manager';

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await startTestApi();
  client = api.running.clientFor({ name: 'test', groups: ['system:masters'] });
}, 60_000);
afterAll(() => api.stop(), 30_000);

const namespace = 'default';
const podsOf = async (job: Job): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace, labelSelector: `batch.kubernetes.io/controller-uid=${job.metadata?.uid}` })).items;
const read = (job: Job): Promise<Job> => client.resource(resources.jobs).get(job.metadata?.name ?? '', { namespace });
const isComplete = async (job: Job): Promise<boolean> => ((await read(job)).status?.conditions ?? []).some(({ type, status }) => type === 'Complete' && status === 'True');

async function newJob(name: string, completions: number, parallelism: number, completionMode = 'NonIndexed'): Promise<Job> {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
  return client.resource(resources.jobs).create({ metadata: { name, namespace }, spec: { completions, parallelism, completionMode, template } });
}

/** Ends every pod that it sees, as kubelets would, until stopped; every fourth fails, long ago, so that no back-off holds the next. */
function playKubelet(job: Job, failsEvery = 4): { stop(): Promise<void> } {
  let isOn = true;
  let count = 0;
  const longAgo = formatTime(systemClock.now() - 3_600_000);
  const run = async (): Promise<void> => {
    while (isOn) {
      for (const pod of await podsOf(job)) {
        if (isPodTerminal(pod)) continue;
        count++;
        await endPod(client, pod, { exitCode: count % failsEvery === 0 ? 1 : 0, finishedAt: longAgo }).catch((error: unknown) => {
          if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
        });
      }
      await systemClock.sleep(20);
    }
  };
  const running = run();
  return {
    stop: async () => {
      isOn = false;
      await running;
    },
  };
}

async function expectCounted(job: Job): Promise<void> {
  const [{ status }, pods] = [await read(job), await podsOf(job)];
  const phases = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length;
  expect([status?.succeeded, status?.failed ?? 0]).toEqual([phases('Succeeded'), phases('Failed')]);
  expect(status?.succeeded).toBe(job.spec?.completions);
  expect(pods.filter(({ metadata }) => metadata?.finalizers?.length)).toEqual([]);
}

test.each(['NonIndexed', 'Indexed'])('a controller that dies after every few writes makes the same of a %s job', async (mode) => {
  const job = await newJob(`mortal-${mode.toLowerCase()}`, 6, 3, mode);
  const kubelet = playKubelet(job);
  // Each life dies one write later than the one before: at every step of the work there is a death.
  for (let life = 0, writes = 0; !(await isComplete(job)); life++, writes = life % 6) {
    expect(life).toBeLessThan(100);
    const controllers = await startControllers(client, ['job-controller'], writes);
    await Promise.race([controllers.died, eventually('the end', () => isComplete(job))]);
    await controllers.stop();
  }
  await kubelet.stop();
  const controllers = await startControllers(client, ['job-controller']);
  await eventually('no finalizer is left', async () => (await podsOf(job)).every(({ metadata }) => !metadata?.finalizers?.length));
  await controllers.stop();
  await expectCounted(job);
}, 180_000);

test('hostile updates change nothing', async () => {
  const job = await newJob('hostile', 8, 4);
  const controllers = await startControllers(client, ['job-controller']);
  const kubelet = playKubelet(job);
  const jobs = client.resource(resources.jobs);
  const ignore = (error: unknown): void => {
    if (!hasReason(error, 'NotFound', 'Conflict', 'Invalid')) throw error;
  };
  for (let i = 0; !(await isComplete(job)); i++) {
    expect(i).toBeLessThan(2_000);
    const pods = await podsOf(job);
    const [victim] = pods.filter((pod) => !isPodTerminal(pod));
    if (i % 5 === 0) await jobs.patch('hostile', { metadata: { annotations: { touched: `${i}` } } }, { namespace, type: 'application/merge-patch+json' }).catch(ignore);
    if (i % 7 === 0 && victim) await client.resource(resources.pods).patch(victim.metadata?.name ?? '', { metadata: { ownerReferences: null } }, { namespace, type: 'application/merge-patch+json' }).catch(ignore);
    const present = await read(job);
    // Of a job that has ended nobody corrects the status any more.
    if (i % 11 === 0 && !present.status?.conditions?.length) await jobs.updateStatus({ ...present, status: { ...present.status, active: 99, ready: 99 } }).catch(ignore);
    await systemClock.sleep(10);
  }
  await kubelet.stop();
  await eventually('no finalizer is left', async () => (await podsOf(job)).every(({ metadata }) => !metadata?.finalizers?.length));
  await controllers.stop();
  const { status } = await read(job);
  expect([status?.succeeded, status?.active, status?.uncountedTerminatedPods]).toEqual([8, undefined, {}]);
}, 120_000);

test('a pod that loses its owner when the job has ended keeps no finalizer', async () => {
  const job = await newJob('ended', 1, 1);
  const controllers = await startControllers(client, ['job-controller']);
  const kubelet = playKubelet(job);
  await eventually('complete', () => isComplete(job));
  await kubelet.stop();
  const [pod] = await podsOf(job);
  const { name = '', finalizers } = pod?.metadata ?? {};
  expect(finalizers ?? []).toEqual([]);
  const patch = { metadata: { ownerReferences: null, finalizers: ['batch.kubernetes.io/job-tracking'] } };
  await client.resource(resources.pods).patch(name, patch, { namespace, type: 'application/merge-patch+json' });
  await eventually('no finalizer', async () => !(await client.resource(resources.pods).get(name, { namespace })).metadata?.finalizers?.length);
  await controllers.stop();
}, 120_000);

test('a job of a thousand pods', async () => {
  const job = await newJob('thousand', 1_000, 250, 'Indexed');
  const controllers = await startControllers(client, ['job-controller']);
  const kubelet = playKubelet(job, Infinity);
  await eventually('complete', () => isComplete(job), 240);
  await kubelet.stop();
  await controllers.stop();
  expect((await read(job)).status).toMatchObject({ succeeded: 1_000, completedIndexes: '0-999' });
}, 300_000);
