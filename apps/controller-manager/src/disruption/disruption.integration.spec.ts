import { resources, type PodDisruptionBudget, type PodDisruptionBudgetSpec, type Pod } from '@typernetes/api';
import { isPodReady, type KubernetesObject } from '@typernetes/machinery';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(2);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const podsOf = async (namespace: string): Promise<Pod[]> => (await cluster.client.resource(resources.pods).list({ namespace })).items;

async function startPods(namespace: string, replicas: number): Promise<Pod[]> {
  const template = { metadata: { labels: { app: namespace } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'i' }] } };
  await cluster.client.resource(resources.replicationControllers).create({ metadata: { name: 'web', namespace }, spec: { replicas, selector: { app: namespace }, template } });
  return readyPods(namespace, replicas);
}

const readyPods = (namespace: string, count: number): Promise<Pod[]> =>
  eventually(`${count} ready pods`, async () => {
    const pods = (await podsOf(namespace)).filter((pod) => isPodReady(pod) && !pod.metadata?.deletionTimestamp);
    return pods.length === count && pods;
  });

const newBudget = (namespace: string, spec: PodDisruptionBudgetSpec): Promise<PodDisruptionBudget> =>
  cluster.client.resource(resources.podDisruptionBudgets).create({ metadata: { name: 'budget', namespace }, spec: { selector: { matchLabels: { app: namespace } }, ...spec } });

const status = (namespace: string, expected: object): Promise<PodDisruptionBudget> =>
  eventually(`budget ${JSON.stringify(expected)}`, async () => {
    const budget = await cluster.client.resource(resources.podDisruptionBudgets).get('budget', { namespace });
    return Object.entries(expected).every(([name, value]) => (budget.status as Record<string, unknown> | undefined)?.[name] === value) && budget;
  });

const evict = (pod: Pod | undefined): Promise<KubernetesObject> => {
  const { name = '', namespace } = pod?.metadata ?? {};
  return cluster.client.resource(resources.pods).createSubresource(name, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }, { namespace });
};

test('counts pods, and takes evictions while it can', async () => {
  const namespace = await cluster.newNamespace('counted');
  const pods = await startPods(namespace, 3);
  await newBudget(namespace, { minAvailable: 2 });
  const budget = await status(namespace, { currentHealthy: 3, desiredHealthy: 2, expectedPods: 3, disruptionsAllowed: 1, observedGeneration: 1 });
  expect(budget.status?.conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }]);
  const outcomes = await Promise.allSettled(pods.map((pod) => evict(pod)));
  expect(outcomes.filter(({ status: outcome }) => outcome === 'fulfilled')).toHaveLength(1);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(refused?.reason).toMatchObject({
    status: { code: 429, message: "Cannot evict pod as it would violate the pod's disruption budget.", details: { causes: [{ reason: 'DisruptionBudget' }] } },
  });
  await readyPods(namespace, 3);
  await status(namespace, { currentHealthy: 3, disruptionsAllowed: 1 });
  expect((await status(namespace, {})).status?.disruptedPods ?? {}).toEqual({});
}, 90_000);

test('follows its spec and the scale', async () => {
  const namespace = await cluster.newNamespace('scaled');
  await startPods(namespace, 3);
  await newBudget(namespace, { maxUnavailable: '50%' });
  await status(namespace, { expectedPods: 3, desiredHealthy: 1, disruptionsAllowed: 2 });
  await cluster.client.resource(resources.podDisruptionBudgets).patch('budget', { spec: { maxUnavailable: 0 } }, { namespace, type: 'application/merge-patch+json' });
  await status(namespace, { disruptionsAllowed: 0, observedGeneration: 2 });
  await cluster.client.resource(resources.replicationControllers).patch('web', { spec: { replicas: 4 } }, { namespace, type: 'application/merge-patch+json' });
  await status(namespace, { expectedPods: 4, desiredHealthy: 4, currentHealthy: 4 });
}, 90_000);

test('pods of an owner without scale can not be counted', async () => {
  const namespace = await cluster.newNamespace('no-scale');
  const template = { metadata: { labels: { app: namespace } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
  await cluster.client.resource(resources.jobs).create({ metadata: { name: 'job', namespace }, spec: { template } });
  await newBudget(namespace, { maxUnavailable: 1 });
  const budget = await eventually('the failure', async () => {
    const found = await status(namespace, { disruptionsAllowed: 0 });
    return found.status?.conditions?.[0]?.reason === 'SyncFailed' && found;
  });
  expect(budget.status?.conditions?.[0]?.message).toBe('jobs.batch does not implement the scale subresource');
}, 90_000);

test('kubectl drain waits for the budget', async () => {
  const namespace = await cluster.newNamespace('drained');
  const pods = await startPods(namespace, 4);
  await newBudget(namespace, { minAvailable: 4 });
  await status(namespace, { disruptionsAllowed: 0, currentHealthy: 4 });
  const node = pods[0]?.spec?.nodeName ?? '';
  const stopped = await cluster.kubectl(['drain', node, '--ignore-daemonsets', '--force', '--pod-selector=app=drained', '--timeout=3s']);
  expect(stopped.code).not.toBe(0);
  expect(stopped.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  await cluster.client.resource(resources.podDisruptionBudgets).patch('budget', { spec: { minAvailable: 3 } }, { namespace, type: 'application/merge-patch+json' });
  const drained = await cluster.kubectl(['drain', node, '--ignore-daemonsets', '--force', '--pod-selector=app=drained', '--timeout=50s']);
  expect(drained).toMatchObject({ code: 0, stdout: expect.stringContaining(`node/${node} drained`) as string });
  const left = await readyPods(namespace, 4);
  expect(left.some(({ spec }) => spec?.nodeName === node)).toBe(false);
  await cluster.kubectl(['uncordon', node]);
}, 120_000);
