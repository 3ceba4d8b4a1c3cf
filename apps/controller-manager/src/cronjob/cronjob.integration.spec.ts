import { resources, type CronJob, type CronJobSpec, type Job } from '@typernetes/api';
import { formatTime, systemClock } from '@typernetes/machinery';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(1);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const template = (annotations: Record<string, string>): CronJobSpec['jobTemplate'] => ({
  spec: { template: { metadata: { annotations }, spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'i' }] } } },
});
const quick = template({ 'simulate.typernetes.io/run-for': '100ms' });
const endless = template({});

const create = (namespace: string, name: string, spec: Partial<CronJobSpec>): Promise<CronJob> =>
  cluster.client.resource(resources.cronJobs).create({ metadata: { name, namespace }, spec: { schedule: '* * * * *', jobTemplate: endless, ...spec } });
const read = (namespace: string, name: string): Promise<CronJob> => cluster.client.resource(resources.cronJobs).get(name, { namespace });
const jobsOf = async (namespace: string): Promise<Job[]> => (await cluster.client.resource(resources.jobs).list({ namespace })).items;

/** As if its last start had been some minutes ago: the next is due at once. */
async function missMinutes(namespace: string, name: string, minutes: number): Promise<void> {
  const cronJobs = cluster.client.resource(resources.cronJobs);
  await eventually('status written', async () => {
    const cronJob = await cronJobs.get(name, { namespace });
    return cronJobs.updateStatus({ ...cronJob, status: { ...cronJob.status, lastScheduleTime: formatTime(systemClock.now() - minutes * 60_000) } });
  });
}

test('starts a job over a minute boundary, and kubectl makes one at once', async () => {
  const namespace = await cluster.newNamespace('minute');
  await create(namespace, 'tick', { jobTemplate: quick, timeZone: 'Etc/UTC' });
  const made = await cluster.kubectl(['create', 'job', 'by-hand', '--from=cronjob/tick', '-n', namespace]);
  expect(made).toMatchObject({ code: 0, stdout: 'job.batch/by-hand created\n' });
  const byHand = await eventually('the job by hand', async () => (await jobsOf(namespace)).find(({ metadata }) => metadata?.name === 'by-hand'));
  expect(byHand.metadata?.annotations).toMatchObject({ 'cronjob.kubernetes.io/instantiate': 'manual' });
  const job = await eventually('a job by time', async () => (await jobsOf(namespace)).find(({ metadata }) => metadata?.name?.startsWith('tick-')), 90);
  const scheduled = job.metadata?.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'] ?? '';
  expect(job.metadata?.name).toBe(`tick-${Date.parse(scheduled) / 60_000}`);
  const { status } = await eventually('it is known to be done', async () => {
    const cronJob = await read(namespace, 'tick');
    return cronJob.status?.lastSuccessfulTime !== undefined && cronJob;
  });
  expect(status?.lastScheduleTime).toBe(scheduled);
}, 180_000);

test('policies of concurrency', async () => {
  const namespace = await cluster.newNamespace('policies');
  for (const concurrencyPolicy of ['Allow', 'Forbid', 'Replace']) await create(namespace, concurrencyPolicy.toLowerCase(), { concurrencyPolicy, schedule: '0 0 1 1 *' });
  const activeOf = async (name: string): Promise<string[]> => ((await read(namespace, name)).status?.active ?? []).map((job) => job.name ?? '');
  for (const name of ['allow', 'forbid', 'replace']) {
    // Two years ago: one start is due, and then, when that is forgotten, another year's.
    await missMinutes(namespace, name, 366 * 24 * 60);
    const first = await eventually(`first job of ${name}`, async () => (await activeOf(name))[0]);
    await cluster.client.resource(resources.cronJobs).patch(name, { spec: { schedule: '* * * * *' } }, { namespace, type: 'application/merge-patch+json' });
    await missMinutes(namespace, name, 2);
    if (name === 'allow') await eventually('two jobs', async () => (await activeOf(name)).length >= 2);
    if (name === 'forbid') {
      await eventually('it is said', async () =>
        (await cluster.client.resource(resources.events).list({ namespace })).items.some(({ reason, involvedObject }) => reason === 'JobAlreadyActive' && involvedObject.name === name),
      );
      expect(await activeOf(name)).toEqual([first]);
    }
    if (name === 'replace') await eventually('another job', async () => {
      const active = await activeOf(name);
      return active.length === 1 && active[0] !== first;
    });
    await cluster.client.resource(resources.cronJobs).delete(name, { namespace, propagationPolicy: 'Background' });
  }
}, 180_000);

test('a suspended one starts nothing; history has its limits; deletion takes jobs along', async () => {
  const namespace = await cluster.newNamespace('history');
  await create(namespace, 'paused', { suspend: true });
  await missMinutes(namespace, 'paused', 5);
  await create(namespace, 'short', { jobTemplate: quick, successfulJobsHistoryLimit: 0, schedule: '0 0 1 1 *' });
  await missMinutes(namespace, 'short', 366 * 24 * 60);
  await eventually('its success is known', async () => (await read(namespace, 'short')).status?.lastSuccessfulTime);
  await eventually('no job is kept', async () => (await jobsOf(namespace)).length === 0);
  await create(namespace, 'owner', { schedule: '0 0 1 1 *' });
  await missMinutes(namespace, 'owner', 366 * 24 * 60);
  await eventually('its job', async () => (await jobsOf(namespace)).length === 1);
  expect((await cluster.kubectl(['delete', 'cronjob', 'owner', '-n', namespace])).code).toBe(0);
  await eventually('its job is gone', async () => (await jobsOf(namespace)).length === 0);
}, 120_000);

test('a job is deleted some time after its end', async () => {
  const namespace = await cluster.newNamespace('ttl');
  const spec = { ttlSecondsAfterFinished: 1, template: quick.spec?.template ?? {} };
  await cluster.client.resource(resources.jobs).create({ metadata: { name: 'brief', namespace }, spec });
  await eventually('a pod', async () => (await cluster.client.resource(resources.pods).list({ namespace })).items.length === 1);
  await eventually('job and pod are gone', async () => {
    const pods = await cluster.client.resource(resources.pods).list({ namespace });
    return pods.items.length === 0 && (await jobsOf(namespace)).length === 0;
  });
}, 90_000);
