/** What conformance of Kubernetes 1.36 demands of ReplicaSets, ReplicationControllers and Deployments, with simulated nodes; side by side, each in a namespace of its own. */
import { resources, type Deployment, type DeploymentSpec, type Pod, type ReplicaSet, type ReplicationController, type ResourceType } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { findCondition, isPodReady, isPodTerminating, type KubernetesObject } from '@typernetes/machinery';
import { collectionDeleted, isGone, merge, statusTaken } from '../testing/conformance-steps';
import { eventually, startTestCluster, type TestCluster } from '../testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const timeoutMs = 120_000;
const template = (app: string, image = 'app:1') => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] } });
const podsOf = async (namespace: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace })).items.filter((pod) => !isPodTerminating(pod));
const imageOf = ({ spec }: Pod): string | undefined => spec?.containers[0]?.image;
const readyPods = (namespace: string, count: number, image?: string): Promise<Pod[]> =>
  eventually(`${count} ready pods in ${namespace}`, async () => {
    const pods = await podsOf(namespace);
    return pods.length === count && pods.every((pod) => isPodReady(pod) && (image === undefined || imageOf(pod) === image)) && pods;
  });
const newReplicaSet = (namespace: string, name: string, replicas: number): Promise<ReplicaSet> =>
  client.resource(resources.replicaSets).create({ metadata: { name, namespace, labels: { app: name } }, spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) } });
const newController = (namespace: string, name: string, replicas: number): Promise<ReplicationController> =>
  client.resource(resources.replicationControllers).create({ metadata: { name, namespace, labels: { app: name } }, spec: { replicas, selector: { app: name }, template: template(name) } });
const newDeployment = (namespace: string, name: string, spec: Partial<DeploymentSpec>): Promise<Deployment> =>
  client.resource(resources.deployments).create({ metadata: { name, namespace, labels: { app: name } }, spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec } });

type Scaled = ResourceType<KubernetesObject & { spec?: { replicas?: number }; status?: { replicas?: number } }>;

/** The scale of a kind with one running pod: read, updated to two, patched to four. */
async function scaleWorks(type: Scaled, namespace: string, name: string): Promise<void> {
  const api = client.resource(type);
  await readyPods(namespace, 1);
  const scale = await api.get(name, { namespace, subresource: 'scale' });
  expect(scale).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 1 } });
  const updated = await eventually('updated', async () => {
    const fresh = await api.get(name, { namespace, subresource: 'scale' });
    return api.update({ ...fresh, spec: { replicas: 2 } }, { namespace, subresource: 'scale' });
  });
  expect(updated.spec?.replicas).toBe(2);
  await readyPods(namespace, 2);
  expect((await api.get(name, { namespace })).spec?.replicas).toBe(2);
  expect((await api.patch(name, { spec: { replicas: 4 } }, { namespace, subresource: 'scale', ...merge })).spec?.replicas).toBe(4);
  await readyPods(namespace, 4);
}

/** A pod without owner that the new controller's selector matches becomes its pod. */
async function adopts(namespace: string, create: () => Promise<KubernetesObject>, app: string): Promise<void> {
  const orphan = await client.resource(resources.pods).create({ metadata: { name: 'orphan', namespace, labels: { app } }, spec: template(app).spec });
  const { metadata } = await create();
  const [pod] = await eventually('adopted', async () => {
    const pods = await podsOf(namespace);
    return pods.length === 1 && pods[0]?.metadata?.ownerReferences?.length === 1 && pods;
  });
  expect(pod?.metadata).toMatchObject({ uid: orphan.metadata?.uid, ownerReferences: [{ uid: metadata?.uid, controller: true, blockOwnerDeletion: true }] });
}

/** A pod whose labels match no longer is nobody's, and replaced. */
async function releases(namespace: string, app: string): Promise<void> {
  const pods = client.resource(resources.pods);
  const [pod] = await readyPods(namespace, 1);
  const name = pod?.metadata?.name ?? '';
  await pods.patch(name, { metadata: { labels: { app: 'not-matching' } } }, { namespace, ...merge });
  await eventually('released', async () => !(await pods.get(name, { namespace })).metadata?.ownerReferences?.length);
  await eventually('replaced', async () => (await podsOf(namespace)).filter(({ metadata }) => metadata?.labels?.['app'] === app).length === 1);
}

test.concurrent('ReplicaSet: replaced and patched', async () => {
  const namespace = await cluster.newNamespace('rs-patch');
  const api = client.resource(resources.replicaSets);
  await newReplicaSet(namespace, 'rs', 1);
  await readyPods(namespace, 1);
  const current = await eventually('replaced', async () => {
    const fresh = await api.get('rs', { namespace });
    return api.update({ ...fresh, spec: { ...fresh.spec, replicas: 2 } as NonNullable<ReplicaSet['spec']> });
  });
  expect(current.spec?.replicas).toBe(2);
  await eventually('two', async () => (await api.get('rs', { namespace })).status?.readyReplicas === 2);
  const patch = { metadata: { labels: { test: 'patched' } }, spec: { replicas: 3, template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:2' }] } } } };
  await api.patch('rs', patch, { namespace, type: 'application/strategic-merge-patch+json' });
  expect((await api.list({ namespace, labelSelector: 'test=patched' })).items).toMatchObject([{ spec: { replicas: 3, template: { spec: { containers: [{ image: 'app:2' }] } } } }]);
  // A ReplicaSet replaces no pods: the new one alone has the new image.
  expect((await readyPods(namespace, 3)).map(imageOf).sort()).toEqual(['app:1', 'app:1', 'app:2']);
}, timeoutMs);

test.concurrent('ReplicaSet: scale', async () => {
  const namespace = await cluster.newNamespace('rs-scale');
  await newReplicaSet(namespace, 'rs', 1);
  await scaleWorks(resources.replicaSets, namespace, 'rs');
}, timeoutMs);

test.concurrent('ReplicaSet: adopts pods that match, and releases those that do not any more', async () => {
  const namespace = await cluster.newNamespace('rs-adopt');
  await adopts(namespace, () => newReplicaSet(namespace, 'rs', 1), 'rs');
  await releases(namespace, 'rs');
}, timeoutMs);

test.concurrent('ReplicaSet: listed, and deleted as a collection', async () => {
  const namespace = await cluster.newNamespace('rs-collection');
  const api = client.resource(resources.replicaSets);
  await newReplicaSet(namespace, 'rs', 3);
  await readyPods(namespace, 3);
  expect((await api.list({ labelSelector: 'app=rs', namespace })).items).toHaveLength(1);
  await collectionDeleted(cluster, resources.replicaSets, 'app=rs', namespace);
  expect((await api.list({ labelSelector: 'app=rs', namespace })).items).toEqual([]);
  await eventually('no pods', async () => (await podsOf(namespace)).length === 0);
}, timeoutMs);

test.concurrent('ReplicaSet: status', async () => {
  const namespace = await cluster.newNamespace('rs-status');
  await newReplicaSet(namespace, 'rs', 1);
  await readyPods(namespace, 1);
  await statusTaken(cluster, resources.replicaSets, namespace, 'rs');
}, timeoutMs);

test.concurrent('ReplicationController: adopts pods that match', async () => {
  const namespace = await cluster.newNamespace('rc-adopt');
  await adopts(namespace, () => newController(namespace, 'rc', 1), 'rc');
}, timeoutMs);

test.concurrent('ReplicationController: releases pods that do not match any more', async () => {
  const namespace = await cluster.newNamespace('rc-release');
  await newController(namespace, 'rc', 1);
  await releases(namespace, 'rc');
}, timeoutMs);

test.concurrent('ReplicationController: scale', async () => {
  const namespace = await cluster.newNamespace('rc-scale');
  await newController(namespace, 'rc', 1);
  await scaleWorks(resources.replicationControllers, namespace, 'rc');
}, timeoutMs);

test.concurrent('ReplicationController: says that a quota is exceeded, until it is not', async () => {
  const namespace = await cluster.newNamespace('rc-quota');
  const quotas = client.resource(resources.resourceQuotas);
  const api = client.resource(resources.replicationControllers);
  await quotas.create({ metadata: { name: 'two', namespace }, spec: { hard: { pods: '2' } } });
  await eventually('the quota counts', async () => (await quotas.get('two', { namespace })).status?.hard?.['pods'] === '2');
  await newController(namespace, 'rc', 3);
  const failure = await eventually('the condition', async () => findCondition((await api.get('rc', { namespace })).status?.conditions, 'ReplicaFailure'));
  expect(failure).toMatchObject({ status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota: two, requested: pods=1, used: pods=2, limited: pods=2') });
  await api.patch('rc', { spec: { replicas: 2 } }, { namespace, ...merge });
  await eventually('no condition', async () => findCondition((await api.get('rc', { namespace })).status?.conditions, 'ReplicaFailure') === undefined);
  await readyPods(namespace, 2);
}, timeoutMs);

test.concurrent('ReplicationController: its life', async () => {
  const namespace = await cluster.newNamespace('rc-life');
  const api = client.resource(resources.replicationControllers);
  await newController(namespace, 'rc', 1);
  await readyPods(namespace, 1);
  expect((await api.patch('rc', { metadata: { labels: { 'test-rc': 'patched' } } }, { namespace, ...merge })).metadata?.labels).toMatchObject({ 'test-rc': 'patched' });
  const patched = await api.patch('rc', { status: { readyReplicas: 0, availableReplicas: 0 } }, { namespace, subresource: 'status', ...merge });
  expect(patched.status?.readyReplicas ?? 0).toBe(0);
  // The controller knows better.
  await eventually('one is ready', async () => (await api.get('rc', { namespace, subresource: 'status' })).status?.readyReplicas === 1);
  await api.patch('rc', { spec: { replicas: 2 } }, { namespace, subresource: 'scale', ...merge });
  await eventually('two', async () => (await api.get('rc', { namespace })).status?.availableReplicas === 2);
  await eventually('updated', async () => {
    const fresh = await api.get('rc', { namespace });
    return api.update({ ...fresh, metadata: { ...fresh.metadata, annotations: { updated: 'yes' } } });
  });
  expect((await api.list({ namespace, labelSelector: 'test-rc=patched' })).items).toMatchObject([{ metadata: { name: 'rc', annotations: { updated: 'yes' } } }]);
  await collectionDeleted(cluster, resources.replicationControllers, 'test-rc=patched', namespace);
  await eventually('gone', () => isGone(api.get('rc', { namespace })));
}, timeoutMs);

test.concurrent('Deployment: scale', async () => {
  const namespace = await cluster.newNamespace('deploy-scale');
  await newDeployment(namespace, 'web', { replicas: 1 });
  await scaleWorks(resources.deployments, namespace, 'web');
}, timeoutMs);

test.concurrent('Deployment: status', async () => {
  const namespace = await cluster.newNamespace('deploy-status');
  await newDeployment(namespace, 'web', { replicas: 1 });
  await readyPods(namespace, 1);
  await statusTaken(cluster, resources.deployments, namespace, 'web');
}, timeoutMs);

test.concurrent('Deployment: its life', async () => {
  const namespace = await cluster.newNamespace('deploy-life');
  const api = client.resource(resources.deployments);
  await newDeployment(namespace, 'web', { replicas: 1 });
  await eventually('ready as demanded', async () => (await api.get('web', { namespace })).status?.readyReplicas === 1);
  const patch = { metadata: { labels: { 'test-deployment': 'patched' } }, spec: { replicas: 2, template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:2' }] } } } };
  await api.patch('web', patch, { namespace, type: 'application/strategic-merge-patch+json' });
  await readyPods(namespace, 2, 'app:2');
  const [listed] = (await api.list({ labelSelector: 'test-deployment=patched' })).items;
  expect(listed).toMatchObject({ metadata: { name: 'web' }, spec: { replicas: 2, template: { spec: { containers: [{ image: 'app:2' }] } } } });
  const lied = await api.patch('web', { status: { readyReplicas: 0, availableReplicas: 0 } }, { namespace, subresource: 'status', ...merge });
  expect(lied.status?.readyReplicas ?? 0).toBe(0);
  await eventually('the truth again', async () => (await api.get('web', { namespace, subresource: 'status' })).status?.readyReplicas === 2);
  await eventually('updated', async () => {
    const fresh = await api.get('web', { namespace });
    return api.update({ ...fresh, metadata: { ...fresh.metadata, labels: { ...fresh.metadata?.labels, 'test-deployment': 'updated' } }, spec: { ...fresh.spec, template: template('web', 'app:3') } as DeploymentSpec });
  });
  await readyPods(namespace, 2, 'app:3');
  await collectionDeleted(cluster, resources.deployments, 'test-deployment=updated', namespace);
  await eventually('gone with all', async () => (await isGone(api.get('web', { namespace }))) && (await podsOf(namespace)).length === 0);
}, timeoutMs);

test.concurrent('Deployment: rolls over, from one change to the next before the first is done', async () => {
  const namespace = await cluster.newNamespace('deploy-rollover');
  const sets = async (): Promise<ReplicaSet[]> => (await client.resource(resources.replicaSets).list({ namespace })).items;
  await newReplicaSet(namespace, 'web', 1);
  await readyPods(namespace, 1);
  // Adopts what is there, and never gets its own pods ready: the second change comes in the middle of the first.
  const stuck = { ...template('web', 'app:2'), spec: { ...template('web', 'app:2').spec, readinessGates: [{ conditionType: 'never.example.com/ready' }] } };
  await newDeployment(namespace, 'web', { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }, template: stuck });
  await eventually('in the middle', async () => (await podsOf(namespace)).map(imageOf).sort().join() === 'app:1,app:2');
  const api = client.resource(resources.deployments);
  await api.patch('web', { spec: { template: { spec: { readinessGates: null, containers: [{ name: 'c', image: 'app:3' }] } } } }, { namespace, ...merge });
  await eventually('complete', async () => {
    const { status, metadata } = await api.get('web', { namespace });
    return status?.observedGeneration === metadata?.generation && status?.updatedReplicas === 1 && status?.replicas === 1 && status?.availableReplicas === 1;
  });
  expect((await readyPods(namespace, 1)).map(imageOf)).toEqual(['app:3']);
  const sizes = (await sets()).map(({ spec, metadata }) => [spec?.template?.spec?.containers[0]?.image, spec?.replicas, metadata?.ownerReferences?.[0]?.kind]).sort();
  expect(sizes).toEqual([['app:1', 0, 'Deployment'], ['app:2', 0, 'Deployment'], ['app:3', 1, 'Deployment']]);
}, timeoutMs);
