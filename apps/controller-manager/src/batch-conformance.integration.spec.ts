/** What the conformance tests of sig-apps, sig-api-machinery and sig-scheduling demand of Jobs, CronJobs, budgets, quotas and limits. */
import { resources, type Job, type JobSpec, type Pod, type ResourceQuotaSpec } from '@typernetes/api';
import { formatTime, hasReason, systemClock } from '@typernetes/machinery';
import { endPod, eventually, startSimulatedCluster, type SimulatedCluster } from './testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(2);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const timeoutMs = 120_000;
const longAgo = (): string => formatTime(systemClock.now() - 3_600_000);

interface Pods {
  /** `simulate.typernetes.io/<what>`; absent: no node takes them, the test ends them. */
  simulate?: Record<string, string>;
  restartPolicy?: string;
}

async function createJob(namespace: string, name: string, spec: Partial<JobSpec>, { simulate, restartPolicy = 'Never' }: Pods = {}): Promise<Job> {
  const annotations = Object.fromEntries(Object.entries(simulate ?? {}).map(([what, value]) => [`simulate.typernetes.io/${what}`, value]));
  const pod = { restartPolicy, terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'i' }], ...(simulate ? {} : { schedulerName: 'nobody' }) };
  return cluster.client.resource(resources.jobs).create({ metadata: { name, namespace }, spec: { ...spec, template: { metadata: { annotations }, spec: pod } } });
}

const read = ({ metadata }: Job): Promise<Job> => cluster.client.resource(resources.jobs).get(metadata?.name ?? '', { namespace: metadata?.namespace });
const isIn = (job: Job, type: string, reason?: string): boolean => (job.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True' && (reason === undefined || c.reason === reason));
const until = (job: Job, type: string, reason?: string): Promise<Job> =>
  eventually(`${job.metadata?.name} is ${type} ${reason ?? ''}`, async () => {
    const now = await read(job);
    return isIn(now, type, reason) && now;
  });
const podsOf = async ({ metadata }: Job): Promise<Pod[]> =>
  (await cluster.client.resource(resources.pods).list({ namespace: metadata?.namespace, labelSelector: `batch.kubernetes.io/controller-uid=${metadata?.uid}` })).items;
const indexOf = ({ metadata }: Pod): number => Number(metadata?.annotations?.['batch.kubernetes.io/job-completion-index']);
const isOver = ({ status, metadata }: Pod): boolean => metadata?.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Ends the pods of a job as `exitCodeOf` says (undefined: it runs on), until the job has an end. */
async function play(job: Job, exitCodeOf: (index: number) => number | undefined): Promise<Job> {
  return eventually(`the end of ${job.metadata?.name}`, async () => {
    for (const pod of await podsOf(job)) {
      const exitCode = exitCodeOf(indexOf(pod));
      if (!isOver(pod) && exitCode !== undefined) await endPod(cluster.client, pod, { exitCode, finishedAt: longAgo() }).catch(() => undefined);
    }
    const now = await read(job);
    return (isIn(now, 'Complete') || isIn(now, 'Failed')) && now;
  });
}

describe('[sig-apps] Job', () => {
  const indexed = { completionMode: 'Indexed', completions: 4, parallelism: 2 };

  test('should execute all indexes despite some failing when using backoffLimitPerIndex', async () => {
    const job = await createJob(await cluster.newNamespace('job-odd'), 'job', { ...indexed, backoffLimitPerIndex: 1 });
    const { status } = await play(job, (index) => index % 2);
    expect(status).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1,3', succeeded: 2, failed: 4 });
    expect(isIn({ status }, 'Failed', 'FailedIndexes')).toBe(true);
  }, timeoutMs);

  test('should terminate job execution when the number of failed indexes exceeds maxFailedIndexes', async () => {
    const job = await createJob(await cluster.newNamespace('job-max'), 'job', { ...indexed, completions: 6, parallelism: 6, backoffLimitPerIndex: 0, maxFailedIndexes: 1 });
    const { status } = await play(job, (index) => (index < 2 ? 1 : undefined));
    expect(isIn({ status }, 'Failed', 'MaxFailedIndexesExceeded')).toBe(true);
    expect(status?.failedIndexes).toBe('0-1');
  }, timeoutMs);

  test('should mark indexes as failed when the FailIndex action is matched in podFailurePolicy', async () => {
    const podFailurePolicy = { rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [42] } }] };
    const job = await createJob(await cluster.newNamespace('job-fail-index'), 'job', { ...indexed, completions: 2, backoffLimitPerIndex: 3, podFailurePolicy });
    const { status } = await play(job, (index) => (index === 0 ? 42 : 0));
    expect(status).toMatchObject({ failedIndexes: '0', completedIndexes: '1', failed: 1, succeeded: 1 });
  }, timeoutMs);

  test('should allow to use the pod failure policy on exit code to fail the job early', async () => {
    const podFailurePolicy = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }] };
    const job = await createJob(await cluster.newNamespace('job-fail-early'), 'job', { completions: 2, parallelism: 1, backoffLimit: 6, podFailurePolicy }, { simulate: { 'run-for': '100ms', 'exit-code': '3' } });
    const { status } = await until(job, 'Failed', 'PodFailurePolicy');
    expect(status?.failed).toBe(1);
  }, timeoutMs);

  test('should allow to use a pod failure policy to ignore failure matching on DisruptionTarget condition', async () => {
    const podFailurePolicy = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }, { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } }] };
    const job = await createJob(await cluster.newNamespace('job-evicted'), 'job', { ...indexed, completions: 1, parallelism: 1, backoffLimit: 0, podFailurePolicy } as JobSpec, { simulate: {} });
    const evicted = await eventually('a running pod', async () => (await podsOf(job)).find(({ status }) => status?.phase === 'Running'));
    const { name = '', namespace } = evicted.metadata ?? {};
    await cluster.client.resource(resources.pods).createSubresource(name, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }, { namespace });
    await eventually('a pod that replaces it', async () => (await podsOf(job)).find((pod) => pod.metadata?.uid !== evicted.metadata?.uid), 90);
    expect(isIn(await read(job), 'Failed')).toBe(false);
  }, timeoutMs);

  test('should run a job to completion when tasks sometimes fail and are locally restarted', async () => {
    const job = await createJob(await cluster.newNamespace('job-restart'), 'job', { completions: 1, backoffLimit: 5 }, { restartPolicy: 'OnFailure' });
    const [pod] = await eventually('a pod', async () => {
      const pods = await podsOf(job);
      return pods.length === 1 && pods;
    });
    const pods = cluster.client.resource(resources.pods);
    const fresh = await pods.get(pod?.metadata?.name ?? '', { namespace: pod?.metadata?.namespace });
    const containerStatuses = [{ name: 'c', image: 'i', imageID: '', ready: false, restartCount: 2, state: { running: {} } }];
    await pods.updateStatus({ ...fresh, status: { ...fresh.status, phase: 'Running', containerStatuses } });
    expect((await play(job, () => 0)).status).toMatchObject({ succeeded: 1 });
    expect(await podsOf(job)).toHaveLength(1);
  }, timeoutMs);

  test.each<[string, NonNullable<JobSpec['successPolicy']>, number[], string]>([
    ['succeeded when all indexes succeeded', { rules: [{ succeededIndexes: '0-3', succeededCount: 4 }] }, [0, 1, 2, 3], '0-3'],
    ['succeededIndexes rule: even when some indexes remain pending', { rules: [{ succeededIndexes: '0' }] }, [0], '0'],
    ['succeededCount rule: even when some indexes remain pending', { rules: [{ succeededCount: 1 }] }, [1], '1'],
  ])('with successPolicy should be %s', async (name, successPolicy, succeeding, completedIndexes) => {
    const namespace = await cluster.newNamespace(`job-success-${name.slice(9, 14).toLowerCase().replace(/[^a-z]/g, '-')}`);
    const job = await createJob(namespace, 'job', { ...indexed, parallelism: 4, successPolicy });
    const done = await play(job, (index) => (succeeding.includes(index) ? 0 : undefined));
    expect(isIn(done, 'SuccessCriteriaMet', 'SuccessPolicy') && isIn(done, 'Complete', 'SuccessPolicy')).toBe(true);
    expect(done.status?.completedIndexes).toBe(completedIndexes);
  }, timeoutMs);
});

describe('[sig-apps] DisruptionController', () => {
  test('should block an eviction until the PDB is updated to allow it', async () => {
    const namespace = await cluster.newNamespace('pdb-block');
    const pods = cluster.client.resource(resources.pods);
    await pods.create({ metadata: { name: 'p', namespace, labels: { foo: 'bar' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }] } });
    const budgets = cluster.client.resource(resources.podDisruptionBudgets);
    await budgets.create({ metadata: { name: 'foo', namespace }, spec: { minAvailable: 1, selector: { matchLabels: { foo: 'bar' } } } });
    await eventually('counted', async () => (await budgets.get('foo', { namespace })).status?.currentHealthy === 1);
    const evict = (): Promise<unknown> => pods.createSubresource('p', 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p', namespace } }, { namespace });
    await expect(evict()).rejects.toMatchObject({ status: { code: 429, details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget foo needs 1 healthy pods and has 1 currently' }] } } });
    await budgets.patch('foo', { spec: { minAvailable: 0 } }, { namespace, type: 'application/merge-patch+json' });
    await eventually('evicted', async () => {
      await evict();
      return true;
    });
    await eventually('gone', () => pods.get('p', { namespace }).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
  }, timeoutMs);
});

describe('[sig-api-machinery] ResourceQuota', () => {
  const quotas = () => cluster.client.resource(resources.resourceQuotas);
  const used = (namespace: string, name: string, expected: Record<string, string>): Promise<unknown> =>
    eventually(`${name} uses ${JSON.stringify(expected)}`, async () => {
      const { status } = await quotas().get(name, { namespace });
      return Object.entries(expected).every(([resource, amount]) => status?.used?.[resource] === amount);
    });
  const newQuota = (namespace: string, name: string, spec: ResourceQuotaSpec): Promise<unknown> => quotas().create({ metadata: { name, namespace }, spec });
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

  test.each<[string, string, (namespace: string) => Promise<() => Promise<unknown>>]>([
    ['a configMap', 'configmaps', async (namespace) => lifeOf(resources.configMaps, namespace, {})],
    ['a secret', 'secrets', async (namespace) => lifeOf(resources.secrets, namespace, {})],
    ['a replication controller', 'replicationcontrollers', async (namespace) => lifeOf(resources.replicationControllers, namespace, { spec: { replicas: 0, selector: { a: 'b' }, template } })],
    ['a replica set', 'count/replicasets.apps', async (namespace) => lifeOf(resources.replicaSets, namespace, { spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template } })],
    ['a service', 'services', async (namespace) => lifeOf(resources.services, namespace, { spec: { ports: [{ port: 80 }] } })],
  ])('should create a ResourceQuota and capture the life of %s', async (_name, resource, begin) => {
    const namespace = await cluster.newNamespace(`quota-${resource.replace(/[^a-z]/g, '-')}`);
    await newQuota(namespace, 'q', { hard: { [resource]: '5', resourcequotas: '1' } });
    await eventually('counted', async () => (await quotas().get('q', { namespace })).status?.used?.['resourcequotas'] === '1');
    await eventually('what a namespace has from the start', async () => resource !== 'configmaps' || (await quotas().get('q', { namespace })).status?.used?.[resource] === '1');
    const before = Number((await quotas().get('q', { namespace })).status?.used?.[resource]);
    const end = await begin(namespace);
    await used(namespace, 'q', { [resource]: `${before + 1}` });
    await end();
    await used(namespace, 'q', { [resource]: `${before}` });
  }, timeoutMs);

  async function lifeOf(type: (typeof resources)[keyof typeof resources], namespace: string, body: { spec?: object }): Promise<() => Promise<unknown>> {
    const client = cluster.client.resource<{ metadata?: { name?: string; namespace?: string } }>(type);
    await client.create({ ...body, metadata: { name: 'x', namespace } });
    return () => client.delete('x', { namespace });
  }

  test.each<[string, [string, string], object]>([
    ['best effort scope', ['BestEffort', 'NotBestEffort'], { containers: [{ name: 'c', image: 'i' }] }],
    ['terminating scopes', ['Terminating', 'NotTerminating'], { activeDeadlineSeconds: 3600, containers: [{ name: 'c', image: 'i' }] }],
  ])('should verify ResourceQuota with %s', async (name, [inside, outside], spec) => {
    const namespace = await cluster.newNamespace(`quota-${name.split(' ')[0]}`);
    for (const scope of [inside, outside]) await newQuota(namespace, scope.toLowerCase(), { hard: { pods: '5' }, scopes: [scope] });
    await used(namespace, outside.toLowerCase(), { pods: '0' });
    await used(namespace, inside.toLowerCase(), { pods: '0' });
    const pods = cluster.client.resource(resources.pods);
    await pods.create({ metadata: { name: 'p', namespace }, spec: { terminationGracePeriodSeconds: 0, ...spec } as Pod['spec'] });
    await used(namespace, inside.toLowerCase(), { pods: '1' });
    expect((await quotas().get(outside.toLowerCase(), { namespace })).status?.used).toEqual({ pods: '0' });
    await pods.delete('p', { namespace });
    await used(namespace, inside.toLowerCase(), { pods: '0' });
  }, timeoutMs);

  test('should apply changes to a resourcequota status', async () => {
    const namespace = await cluster.newNamespace('quota-status');
    await newQuota(namespace, 'q', { hard: { cpu: '500m', memory: '500Mi' } });
    await used(namespace, 'q', { cpu: '0', memory: '0' });
    const type = 'application/merge-patch+json';
    const patched = await quotas().patch('q', { status: { hard: { cpu: '1' } } }, { namespace, subresource: 'status', type });
    expect([patched.status?.hard?.['cpu'], patched.spec?.hard?.['cpu']]).toEqual(['1', '500m']);
    await eventually('the controller sets it right', async () => (await quotas().get('q', { namespace })).status?.hard?.['cpu'] === '500m');
    await quotas().patch('q', { spec: { hard: { cpu: '1', memory: '1Gi' } } }, { namespace, type });
    await eventually('the new limits', async () => (await quotas().get('q', { namespace, subresource: 'status' })).status?.hard?.['memory'] === '1Gi');
  }, timeoutMs);
});

describe('[sig-scheduling] LimitRange', () => {
  test('should create a LimitRange with defaults and ensure pod has those defaults applied', async () => {
    const namespace = await cluster.newNamespace('limitrange');
    const limits = (min: string): object => ({
      limits: [
        {
          type: 'Container',
          min: { cpu: min, memory: '100Mi' },
          max: { cpu: '500m', memory: '500Mi' },
          default: { cpu: '500m', memory: '500Mi' },
          defaultRequest: { cpu: '100m', memory: '200Mi' },
        },
      ],
    });
    const ranges = cluster.client.resource(resources.limitRanges);
    const range = await ranges.create({ metadata: { name: 'limits', namespace }, spec: limits('50m') } as never);
    const pod = (name: string, requests: object, lim: object): Promise<Pod> =>
      cluster.client.resource(resources.pods).create({ metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests, limits: lim } as never }] } });
    expect((await pod('silent', {}, {})).spec?.containers[0]?.resources).toEqual({ requests: { cpu: '100m', memory: '200Mi' }, limits: { cpu: '500m', memory: '500Mi' } });
    expect((await pod('partial', { cpu: '300m', memory: '150Mi' }, { cpu: '300m' })).spec?.containers[0]?.resources).toEqual({
      requests: { cpu: '300m', memory: '150Mi' },
      limits: { cpu: '300m', memory: '500Mi' },
    });
    await expect(pod('low', { cpu: '10m', memory: '50Mi' }, {})).rejects.toThrow('minimum cpu usage per Container is 50m, but request is 10m');
    await expect(pod('high', { cpu: '600m' }, { cpu: '600m' })).rejects.toThrow('maximum cpu usage per Container is 500m, but limit is 600m');
    await ranges.update({ ...range, spec: limits('9m') } as never);
    await eventually('the new minimum', async () => (await pod('low', { cpu: '10m', memory: '150Mi' }, {})).metadata?.uid);
    await ranges.delete('limits', { namespace });
    await eventually('no limits', async () => (await pod('high', { cpu: '600m' }, { cpu: '600m' })).metadata?.uid);
  }, timeoutMs);
});

describe('API operations', () => {
  const jobSpec = { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } };

  test.each<[string, string, object, object | undefined]>([
    ['batch/v1', 'jobs', jobSpec, { conditions: [{ type: 'StatusUpdate', status: 'True' }] }],
    ['batch/v1', 'cronjobs', { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: jobSpec } }, { lastScheduleTime: '2026-01-01T00:00:00Z' }],
    ['policy/v1', 'poddisruptionbudgets', { minAvailable: 1, selector: { matchLabels: { foo: 'bar' } } }, { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0, disruptedPods: { x: '2026-01-01T00:00:00Z' } }],
    ['v1', 'resourcequotas', { hard: { pods: '1' } }, { hard: { pods: '9' } }],
    ['v1', 'limitranges', { limits: [{ type: 'Container', max: { cpu: '1' } }] }, undefined],
  ])('%s %s: created, listed, patched, replaced, with their status, deleted as a collection', async (apiVersion, resource, spec, status) => {
    const namespaces = [await cluster.newNamespace(`api-${resource}`), await cluster.newNamespace(`api-${resource}-two`)];
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const kind = { jobs: 'Job', cronjobs: 'CronJob', poddisruptionbudgets: 'PodDisruptionBudget', resourcequotas: 'ResourceQuota', limitranges: 'LimitRange' }[resource];
    for (const namespace of namespaces) {
      const body = JSON.stringify({ apiVersion, kind, metadata: { name: 'x', namespace, labels: { special: resource } }, spec });
      expect(await cluster.kubectl(['create', '-f', '-'], body)).toMatchObject({ code: 0 });
    }
    const [namespace = '', other = ''] = namespaces;
    const listed = async (): Promise<number> => (JSON.parse((await cluster.kubectl(['get', '--raw', `${root}/${resource}?labelSelector=special%3D${resource}`])).stdout) as { items: unknown[] }).items.length;
    expect(await listed()).toBe(2);
    const get = async (part = ''): Promise<{ metadata: { annotations?: Record<string, string>; labels?: Record<string, string> }; status?: object }> =>
      JSON.parse((await cluster.kubectl(['get', '--raw', `${root}/namespaces/${namespace}/${resource}/x${part}`])).stdout) as never;
    expect(await cluster.kubectl(['patch', resource, 'x', '-n', namespace, '--type=merge', '-p', '{"metadata":{"annotations":{"patched":"true"}}}'])).toMatchObject({ code: 0 });
    await eventually('replaced', async () => {
      const current = await get();
      return (await cluster.kubectl(['replace', '-f', '-'], JSON.stringify({ ...current, metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, updated: 'true' } } }))).code === 0;
    });
    expect((await get()).metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
    if (status) {
      const patch = JSON.stringify({ metadata: { annotations: { patchedstatus: 'true' } }, status });
      expect(await cluster.kubectl(['patch', resource, 'x', '-n', namespace, '--subresource=status', '--type=merge', '-p', patch])).toMatchObject({ code: 0 });
      expect((await get('/status')).metadata.annotations).toMatchObject({ patchedstatus: 'true' });
    }
    const gone = await cluster.kubectl(['delete', '--raw', `${root}/namespaces/${namespace}/${resource}?labelSelector=special%3D${resource}`]);
    expect(gone).toMatchObject({ code: 0 });
    await eventually('one is left', async () => (await listed()) === 1);
    expect((await cluster.kubectl(['delete', resource, '-n', other, '-l', `special=${resource}`])).code).toBe(0);
    await eventually('none is left', async () => (await listed()) === 0);
  }, timeoutMs);
});
