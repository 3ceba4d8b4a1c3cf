/** Budgets, quotas and CronJobs under controllers that die after every few writes: what they leave behind is what they would have made. */
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { formatTime, isPodReady, systemClock } from '@typernetes/machinery';
import { startTestApi, type TestApi } from '../../apiserver/src/testing/start-test-api';
import { startControllers } from './testing/mortal-manager';
import { eventually } from './testing/simulated-cluster';

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await startTestApi();
  client = api.running.clientFor({ name: 'test', groups: ['system:masters'] });
}, 60_000);
afterAll(() => api.stop(), 30_000);

const namespace = 'default';

/** Lives that end one write later each time, until `isDone`. */
async function liveAndDie(controllers: readonly string[], isDone: () => Promise<boolean>): Promise<void> {
  for (let life = 0; !(await isDone()); life++) {
    expect(life).toBeLessThan(60);
    const running = await startControllers(client, controllers, life % 5);
    await Promise.race([running.died, eventually('the work is done', isDone)]);
    await running.stop();
  }
}

test('a CronJob starts one job per time, whoever dies in between', async () => {
  const cronJobs = client.resource(resources.cronJobs);
  const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } };
  const made = await cronJobs.create({ metadata: { name: 'yearly', namespace }, spec: { schedule: '0 0 1 1 *', jobTemplate } });
  await cronJobs.updateStatus({ ...made, status: { lastScheduleTime: formatTime(systemClock.now() - 370 * 24 * 3_600_000) } });
  const isStarted = async (): Promise<boolean> => ((await cronJobs.get('yearly', { namespace })).status?.active?.length ?? 0) > 0;
  await liveAndDie(['cronjob-controller'], isStarted);
  const running = await startControllers(client, ['cronjob-controller']);
  await systemClock.sleep(500);
  await running.stop();
  const jobs = (await client.resource(resources.jobs).list({ namespace })).items;
  const { status } = await cronJobs.get('yearly', { namespace });
  expect(jobs.map(({ metadata }) => metadata?.name)).toEqual([`yearly-${Date.parse(status?.lastScheduleTime ?? '') / 60_000}`]);
  expect(status?.active?.map(({ uid }) => uid)).toEqual(jobs.map(({ metadata }) => metadata?.uid));
}, 120_000);

test('a budget and a quota come to the same counts', async () => {
  const pods = client.resource(resources.pods);
  await client.resource(resources.podDisruptionBudgets).create({ metadata: { name: 'b', namespace }, spec: { minAvailable: 2, selector: { matchLabels: { app: 'x' } } } });
  await client.resource(resources.resourceQuotas).create({ metadata: { name: 'q', namespace }, spec: { hard: { pods: '4', 'count/jobs.batch': '5' } } });
  const controllers = ['disruption-controller', 'resourcequota-controller'];
  const budget = () => client.resource(resources.podDisruptionBudgets).get('b', { namespace });
  const quota = () => client.resource(resources.resourceQuotas).get('q', { namespace });
  await liveAndDie(controllers, async () => (await quota()).status?.used?.['pods'] === '0');
  const creations = await Promise.allSettled(
    Array.from({ length: 9 }, (_, i) => pods.create({ metadata: { name: `p${i}`, namespace, labels: { app: 'x' } }, spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'i' }] } })),
  );
  expect(creations.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
  for (const pod of (await pods.list({ namespace })).items) await pods.updateStatus({ ...pod, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
  await liveAndDie(controllers, async () => (await budget()).status?.disruptionsAllowed === 2);
  const [first] = (await pods.list({ namespace })).items.filter(isPodReady);
  await pods.delete(first?.metadata?.name ?? '', { namespace, gracePeriodSeconds: 0 });
  await liveAndDie(controllers, async () => (await budget()).status?.disruptionsAllowed === 1 && (await quota()).status?.used?.['pods'] === '3');
  expect((await budget()).status).toMatchObject({ currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 });
}, 120_000);

test('a quota holds in a crowd of a thousand', async () => {
  const running = await startControllers(client, ['resourcequota-controller']);
  await client.resource(resources.namespaces).create({ metadata: { name: 'crowd' } });
  await client.resource(resources.resourceQuotas).create({ metadata: { name: 'q', namespace: 'crowd' }, spec: { hard: { 'count/configmaps': '600' } } });
  const used = async (): Promise<string | undefined> => (await client.resource(resources.resourceQuotas).get('q', { namespace: 'crowd' })).status?.used?.['count/configmaps'];
  await eventually('counted', async () => (await used()) === '0');
  const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, (_, i) => client.resource(resources.configMaps).create({ metadata: { name: `c${i}`, namespace: 'crowd' } })));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(600);
  expect(await used()).toBe('600');
  await running.stop();
}, 120_000);
