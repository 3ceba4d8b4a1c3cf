import { resources, type Deployment, type Pod } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { formatTime, hasReason, isPodReady, isPodTerminating, systemClock, type KubernetesObject } from '@typernetes/machinery';
import { startTestApi, type TestApi } from '../../../apiserver/src/testing/start-test-api';
import { startControllers } from '../testing/mortal-manager';
import { eventually } from '../testing/simulated-cluster';

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await startTestApi();
  client = api.running.clientFor({ name: 'test', groups: ['system:masters'] });
}, 60_000);
afterAll(() => api.stop(), 30_000);

const namespace = 'default';
const controllers = ['deployment-controller', 'replicaset-controller'];
const strategic = { namespace, type: 'application/strategic-merge-patch+json' } as const;
const ignore = (error: unknown): void => {
  if (!hasReason(error, 'NotFound', 'Conflict', 'Invalid', 'AlreadyExists')) throw error;
};
const podsOf = async (app: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace, labelSelector: `app=${app}` })).items;
const template = (app: string, image: string): NonNullable<Deployment['spec']>['template'] => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }] } });
const create = (name: string, replicas: number): Promise<Deployment> =>
  client.resource(resources.deployments).create({ metadata: { name, namespace }, spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, 'a:1') } });

/** What scheduler and kubelets do: pods run, are ready, and go when they are told to. */
function playNodes(app: string): { stop(): Promise<void> } {
  let isOn = true;
  const pods = client.resource(resources.pods);
  const one = async (pod: Pod): Promise<void> => {
    const name = pod.metadata?.name ?? '';
    if (isPodTerminating(pod)) return void (await pods.delete(name, { namespace, gracePeriodSeconds: 0 }));
    if (isPodReady(pod)) return;
    if (!pod.spec?.nodeName) await pods.createSubresource(name, 'binding', { metadata: { name, namespace }, target: { kind: 'Node', name: 'anywhere' } } as KubernetesObject, { namespace });
    const bound = await pods.get(name, { namespace });
    await pods.updateStatus({ ...bound, status: { ...bound.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(systemClock.now() - 3_600_000) }] } });
  };
  const run = async (): Promise<void> => {
    while (isOn) {
      await Promise.all((await podsOf(app)).map((pod) => one(pod).catch(ignore)));
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

async function runs(name: string, replicas: number, image: string): Promise<boolean> {
  const [pods, { status, metadata }] = await Promise.all([podsOf(name), client.resource(resources.deployments).get(name, { namespace })]);
  const isThere = pods.length === replicas && pods.every((pod) => isPodReady(pod) && !isPodTerminating(pod) && pod.spec?.containers[0]?.image === image);
  return isThere && status?.availableReplicas === replicas && status.updatedReplicas === replicas && status.replicas === replicas && status.observedGeneration === metadata?.generation;
}

/** Lives of controllers that die one write later each time, until `isDone`: a death at every step of the work. */
async function liveAndDie(isDone: () => Promise<boolean>): Promise<void> {
  for (let life = 0, writes = 0; !(await isDone()); life++, writes = life % 6) {
    expect(life).toBeLessThan(200);
    const running = await startControllers(client, controllers, writes);
    await Promise.race([running.died, eventually('the end', isDone).catch(() => undefined)]);
    await running.stop();
  }
}

const setsOf = async (app: string): Promise<number> => (await client.resource(resources.replicaSets).list({ namespace, labelSelector: `app=${app}` })).items.length;

test('under controllers that die at every step', async () => {
  await create('mortal', 4);
  const played = playNodes('mortal');
  await liveAndDie(() => runs('mortal', 4, 'a:1'));
  await client.resource(resources.deployments).patch('mortal', { spec: { template: template('mortal', 'a:2'), replicas: 6 } }, strategic);
  await liveAndDie(() => runs('mortal', 6, 'a:2'));
  await client.resource(resources.deployments).patch('mortal', { spec: { template: template('mortal', 'a:1'), replicas: 2 } }, strategic);
  await liveAndDie(() => runs('mortal', 2, 'a:1'));
  await played.stop();
  expect(await setsOf('mortal')).toBe(2);
}, 240_000);

test('with hostile updates', async () => {
  const running = await startControllers(client, controllers);
  await create('hostile', 4);
  const played = playNodes('hostile');
  const [pods, sets, deployments] = [client.resource(resources.pods), client.resource(resources.replicaSets), client.resource(resources.deployments)];
  for (let i = 0; i < 60; i++) {
    const all = await podsOf('hostile');
    const name = all[i % (all.length || 1)]?.metadata?.name ?? '';
    const owned = (await sets.list({ namespace, labelSelector: 'app=hostile' })).items;
    const set = owned[i % (owned.length || 1)]?.metadata?.name ?? '';
    if (name && i % 3 === 0) await pods.delete(name, { namespace, gracePeriodSeconds: 0 }).catch(ignore);
    if (name && i % 7 === 1) await pods.patch(name, { metadata: { ownerReferences: null } }, { namespace, type: 'application/merge-patch+json' }).catch(ignore);
    if (set && i % 5 === 2) await sets.patch(set, { spec: { replicas: i % 9 } }, strategic).catch(ignore);
    if (set && i % 9 === 3) await sets.patch(set, { metadata: { ownerReferences: null, annotations: null } }, { namespace, type: 'application/merge-patch+json' }).catch(ignore);
    if (set && i % 17 === 4) await sets.delete(set, { namespace, propagationPolicy: 'Orphan' }).catch(ignore);
    if (i % 11 === 5) await deployments.patch('hostile', { spec: { replicas: 1 + (i % 5) } }, strategic);
    if (i % 13 === 6) await deployments.patch('hostile', { spec: { template: template('hostile', `a:${i}`) } }, strategic);
    await systemClock.sleep(20);
  }
  const { spec } = await deployments.patch('hostile', { spec: { replicas: 4 } }, strategic);
  await eventually('all is well', () => runs('hostile', 4, spec?.template.spec?.containers[0]?.image ?? ''), 120);
  await played.stop();
  await running.stop();
}, 240_000);

test('a thousand Deployments', async () => {
  const deployments = client.resource(resources.deployments);
  const names = Array.from({ length: 1000 }, (_, i) => `many-${i}`);
  const spec = { replicas: 1, selector: { matchLabels: { app: 'many' } }, template: template('many', 'a:1') };
  const one = (name: string): NonNullable<Deployment['spec']> => ({ ...spec, selector: { matchLabels: { app: 'many', name } }, template: { ...spec.template, metadata: { labels: { app: 'many', name } } } });
  for (let i = 0; i < names.length; i += 50) await Promise.all(names.slice(i, i + 50).map((name) => deployments.create({ metadata: { name, namespace }, spec: one(name) })));
  const running = await startControllers(client, controllers);
  await eventually('each has its pod', async () => (await deployments.list({ namespace })).items.filter(({ metadata, status }) => metadata?.name?.startsWith('many-') && status?.updatedReplicas === 1).length === 1000, 180);
  expect([await setsOf('many'), (await podsOf('many')).length]).toEqual([1000, 1000]);
  await running.stop();
}, 400_000);
