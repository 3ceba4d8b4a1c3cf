/** What conformance.yaml of Kubernetes 1.36 demands of sets, revisions and storage, each as a test of ours with its name. */
import { resources, type DaemonSet, type Pod, type ResourceType, type StatefulSet } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { isPodReady, isPodTerminating, type KubernetesObject } from '@typernetes/machinery';
import { collectionDeleted, isGone, lifeOf, merge, statusTaken, type WithConditions } from './testing/conformance-steps';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const kubectl = (...args: string[]): Promise<string> => cluster.kubectl(...args);
const newNamespace = (name: string): Promise<string> => cluster.newNamespace(name);

const template = (app: string, image = 'app:1', spec: object = {}) => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }], ...spec } });
const podsOf = async (namespace: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace })).items.filter((pod) => !isPodTerminating(pod));
const namesOf = (pods: readonly Pod[]): string => pods.map(({ metadata }) => metadata?.name).sort().join();
const readyPods = (namespace: string, count: number): Promise<Pod[]> =>
  eventually(`${count} ready pods in ${namespace}`, async () => {
    const pods = await podsOf(namespace);
    return pods.length === count && pods.every(isPodReady) && pods;
  });
const newDaemonSet = (namespace: string, name: string, made: object = template(name)): Promise<DaemonSet> =>
  client.resource(resources.daemonSets).create({ metadata: { name, namespace, labels: { app: name } }, spec: { selector: { matchLabels: { app: name } }, template: made as ReturnType<typeof template> } });
const newStatefulSet = (namespace: string, name: string, spec: Partial<NonNullable<StatefulSet['spec']>> = {}): Promise<StatefulSet> =>
  client.resource(resources.statefulSets).create({ metadata: { name, namespace, labels: { app: name } }, spec: { serviceName: name, selector: { matchLabels: { app: name } }, template: template(name), ...spec } });

const deleteCollection = (type: ResourceType, labelSelector: string, namespace?: string): Promise<string> => collectionDeleted(cluster, type, labelSelector, namespace);
const lifecycle = <T extends KubernetesObject>(type: ResourceType<T>, make: (name: string) => T, namespace?: string): Promise<void> => lifeOf(cluster, type, make, namespace);
const statusEndpoints = (type: WithConditions, namespace: string, name: string): Promise<void> => statusTaken(cluster, type, namespace, name);

describe('[sig-apps] DaemonSet', () => {
  test('list and delete a collection of DaemonSets', async () => {
    const namespace = await newNamespace('ds-collection');
    await newDaemonSet(namespace, 'one');
    await newDaemonSet(namespace, 'two');
    await readyPods(namespace, 4);
    expect((await client.resource(resources.daemonSets).list({ namespace, labelSelector: 'app in (one,two)' })).items).toHaveLength(2);
    await deleteCollection(resources.daemonSets, 'app in (one,two)', namespace);
    await eventually('gone', async () => (await client.resource(resources.daemonSets).list({ namespace })).items.length === 0 && (await podsOf(namespace)).length === 0);
  }, 120_000);

  test('DaemonSet, status sub-resource', async () => {
    const namespace = await newNamespace('ds-status');
    await newDaemonSet(namespace, 'one');
    await readyPods(namespace, 2);
    await statusEndpoints(resources.daemonSets, namespace, 'one');
  }, 120_000);

  test('DaemonSet-Rollback: without unnecessary restarts', async () => {
    const namespace = await newNamespace('ds-rollback');
    await newDaemonSet(namespace, 'one');
    const before = new Map((await readyPods(namespace, 2)).map(({ metadata }) => [metadata?.name, metadata?.uid]));
    // Never ready: the update stops at the first node.
    const broken = template('one', 'broken:1', { readinessGates: [{ conditionType: 'never.example.com/ready' }] });
    await client.resource(resources.daemonSets).patch('one', { spec: { template: broken } }, { namespace, ...merge });
    await eventually('one is broken', async () => (await podsOf(namespace)).some(({ spec }) => spec?.containers[0]?.image === 'broken:1'));
    const [untouched] = (await podsOf(namespace)).filter(({ metadata }) => before.get(metadata?.name) === metadata?.uid);
    await kubectl('-n', namespace, 'rollout', 'undo', 'ds/one');
    await kubectl('-n', namespace, 'rollout', 'status', 'ds/one', '--timeout=80s');
    const after = await readyPods(namespace, 2);
    expect(after.map(({ spec }) => spec?.containers[0]?.image)).toEqual(['app:1', 'app:1']);
    expect(after.find(({ metadata }) => metadata?.name === untouched?.metadata?.name)).toMatchObject({ metadata: { uid: untouched?.metadata?.uid } });
  }, 180_000);

  test('ControllerRevision, resource lifecycle', async () => {
    const namespace = await newNamespace('revisions');
    const revisions = client.resource(resources.controllerRevisions);
    const found = async (): Promise<number> => (await revisions.list({ namespace, labelSelector: 'app=one' })).items.length;
    await newDaemonSet(namespace, 'one');
    await readyPods(namespace, 2);
    const [initial] = (await revisions.list({ namespace, labelSelector: 'app=one' })).items;
    if (!initial) throw new Error('no revision');
    const name = initial.metadata?.name ?? '';
    const patched = await revisions.patch(name, { metadata: { labels: { patched: 'true' } } }, { namespace, ...merge });
    expect(patched.metadata?.labels).toMatchObject({ patched: 'true' });
    await revisions.create({ metadata: { name: 'one-extra', namespace, labels: { app: 'one' }, ownerReferences: initial.metadata?.ownerReferences }, data: initial.data, revision: initial.revision + 1 });
    await eventually('two', async () => (await found()) === 2);
    await revisions.delete(name, { namespace });
    await eventually('one', async () => (await found()) === 1);
    const [left] = (await revisions.list({ namespace, labelSelector: 'app=one' })).items;
    if (!left) throw new Error('no revision');
    expect((await eventually('updated', async () => {
      const current = await revisions.get(left.metadata?.name ?? '', { namespace });
      return revisions.update({ ...current, metadata: { ...current.metadata, labels: { ...current.metadata?.labels, updated: 'true' } } });
    })).metadata?.labels).toMatchObject({ updated: 'true' });
    await client.resource(resources.daemonSets).patch('one', { spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } } }, { namespace, ...merge });
    await eventually('two', async () => (await found()) === 2);
    await deleteCollection(resources.controllerRevisions, 'updated=true', namespace);
    await eventually('one', async () => (await found()) === 1);
    expect((await revisions.list({ namespace, labelSelector: 'app=one' })).items[0]?.revision).toBe(3);
  }, 120_000);
});

describe('[sig-apps] StatefulSet', () => {
  const gate = 'example.com/serving';
  const gated = (app: string) => template(app, 'app:1', { readinessGates: [{ conditionType: gate }] });
  const serve = async (namespace: string, name: string, status: string): Promise<void> => {
    await eventually(`${name} runs`, async () => (await client.resource(resources.pods).get(name, { namespace })).status?.phase === 'Running');
    const conditions = [{ type: gate, status }];
    await client.resource(resources.pods).patch(name, { status: { conditions } }, { namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' });
  };
  /** Long enough for a controller that does not wait to have gone on. */
  const stays = async (namespace: string, names: string): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      expect(namesOf(await podsOf(namespace))).toBe(names);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test('StatefulSet, Scaling: in predictable order, and it halts if any pod is unhealthy', async () => {
    const namespace = await newNamespace('sts-halt');
    await newStatefulSet(namespace, 'ss', { replicas: 3, template: gated('ss') });
    await eventually('ss-0', async () => namesOf(await podsOf(namespace)) === 'ss-0');
    await stays(namespace, 'ss-0');
    await serve(namespace, 'ss-0', 'True');
    await serve(namespace, 'ss-1', 'True');
    await serve(namespace, 'ss-2', 'True');
    await readyPods(namespace, 3);
    for (const name of ['ss-0', 'ss-1', 'ss-2']) await serve(namespace, name, 'False');
    await eventually('unready', async () => ((await client.resource(resources.statefulSets).get('ss', { namespace })).status?.readyReplicas ?? 0) === 0);
    await kubectl('-n', namespace, 'scale', 'sts/ss', '--replicas=0');
    await stays(namespace, 'ss-0,ss-1,ss-2');
    for (const name of ['ss-0', 'ss-1', 'ss-2']) await serve(namespace, name, 'True');
    await eventually('none', async () => (await podsOf(namespace)).length === 0);
  }, 180_000);

  test('StatefulSet, Burst Scaling: to completion even with unhealthy pods', async () => {
    const namespace = await newNamespace('sts-burst');
    await newStatefulSet(namespace, 'ss', { replicas: 1, podManagementPolicy: 'Parallel', template: gated('ss') });
    await kubectl('-n', namespace, 'scale', 'sts/ss', '--replicas=3');
    await eventually('three', async () => namesOf(await podsOf(namespace)) === 'ss-0,ss-1,ss-2');
    await kubectl('-n', namespace, 'scale', 'sts/ss', '--replicas=0');
    await eventually('none', async () => (await podsOf(namespace)).length === 0);
  }, 120_000);

  test('StatefulSet, Recreate Failed Pod', async () => {
    const namespace = await newNamespace('sts-evicted');
    const ports = [{ containerPort: 21017, hostPort: 21017 }];
    const taken = { terminationGracePeriodSeconds: 0, nodeName: 'node-1', containers: [{ name: 'c', image: 'i', ports }] };
    await client.resource(resources.pods).create({ metadata: { name: 'first', namespace }, spec: taken });
    await readyPods(namespace, 1);
    const made = template('ss');
    await newStatefulSet(namespace, 'ss', { replicas: 1, template: { ...made, spec: taken } });
    const uid = await eventually('the pod', async () => (await client.resource(resources.pods).get('ss-0', { namespace })).metadata?.uid);
    await eventually('another one', async () => (await client.resource(resources.pods).get('ss-0', { namespace })).metadata?.uid !== uid);
    await client.resource(resources.pods).delete('first', { namespace });
    await readyPods(namespace, 1);
  }, 120_000);

  test('StatefulSet, list, patch and delete a collection of StatefulSets', async () => {
    const namespace = await newNamespace('sts-collection');
    await newStatefulSet(namespace, 'ss', { replicas: 1 });
    const sets = client.resource(resources.statefulSets);
    expect((await sets.list({ namespace, labelSelector: 'app=ss' })).items).toHaveLength(1);
    const patched = await sets.patch('ss', { metadata: { labels: { test: 'patched' } }, spec: { replicas: 2, template: { spec: { containers: [{ name: 'c', image: 'app:2' }] } } } }, { namespace, type: 'application/strategic-merge-patch+json' });
    expect(patched).toMatchObject({ metadata: { labels: { test: 'patched' } }, spec: { replicas: 2 } });
    await eventually('the patch is there', async () => (await readyPods(namespace, 2)).every(({ spec }) => spec?.containers[0]?.image === 'app:2'));
    await deleteCollection(resources.statefulSets, 'test=patched', namespace);
    await eventually('gone', async () => (await sets.list({ labelSelector: 'test=patched' })).items.length === 0);
  }, 120_000);

  test('StatefulSet resource Replica scaling; StatefulSet, status sub-resource', async () => {
    const namespace = await newNamespace('sts-scale');
    await newStatefulSet(namespace, 'ss', { replicas: 1 });
    const sets = client.resource(resources.statefulSets as ResourceType<KubernetesObject & { spec?: { replicas?: number } }>);
    const scale = await sets.get('ss', { namespace, subresource: 'scale' });
    expect(scale.spec?.replicas).toBe(1);
    const updated = await sets.update({ ...scale, apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 2 } }, { namespace, subresource: 'scale' });
    expect(updated.spec?.replicas).toBe(2);
    expect((await sets.patch('ss', { spec: { replicas: 4 } }, { namespace, subresource: 'scale', ...merge })).spec?.replicas).toBe(4);
    await readyPods(namespace, 4);
    await statusEndpoints(resources.statefulSets, namespace, 'ss');
  }, 120_000);
});

describe('[sig-storage]', () => {
  const csi = (driver: string): object => ({ csi: { driver, volumeHandle: 'h' } });
  const volume = (name: string, storageClassName: string) => ({ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName, ...csi('e2e.example.com') } });
  const claimSpec = (storageClassName: string) => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName });

  test('StorageClass, lifecycle', () => lifecycle(resources.storageClasses, () => ({ metadata: {}, provisioner: 'e2e.example.com' })), 120_000);
  test('CSIDriver, lifecycle', () => lifecycle(resources.csiDrivers, () => ({ spec: { attachRequired: false } })), 120_000);
  test('CSINode, lifecycle', () => lifecycle(resources.csiNodes, () => ({ spec: { drivers: [] } })), 120_000);
  test('VolumeAttachment, lifecycle', () => lifecycle(resources.volumeAttachments, () => ({ spec: { attacher: 'e2e.example.com', nodeName: 'node-1', source: { persistentVolumeName: 'v' } } })), 120_000);
  test('CSIStorageCapacity API', async () => {
    const namespace = await newNamespace('capacities');
    await lifecycle(resources.csiStorageCapacities, () => ({ metadata: {}, storageClassName: 'c' }), namespace);
    expect(await kubectl('get', '--raw', '/apis/storage.k8s.io/v1')).toContain('csistoragecapacities');
  }, 120_000);
  test('PersistentVolumes(Claims), lifecycle', async () => {
    const namespace = await newNamespace('pv-lifecycle');
    await lifecycle(resources.persistentVolumes, (name) => volume(name, 'none'));
    await lifecycle(resources.persistentVolumeClaims, () => ({ spec: claimSpec('none-at-all') }), namespace);
  }, 120_000);

  test('PersistentVolumes(Claims), apply changes to a pv/pvc status', async () => {
    const namespace = await newNamespace('pv-status');
    await client.resource(resources.persistentVolumes).create(volume('pv-status', 'status'));
    await client.resource(resources.persistentVolumeClaims).create({ metadata: { name: 'c', namespace }, spec: claimSpec('status') });
    await eventually('bound', async () => (await client.resource(resources.persistentVolumeClaims).get('c', { namespace })).status?.phase === 'Bound');
    await statusEndpoints(resources.persistentVolumeClaims, namespace, 'c');
    const volumes = client.resource(resources.persistentVolumes);
    const patched = await volumes.patch('pv-status', { status: { message: 'StatusPatched', reason: 'E2E patchStatus' } }, { subresource: 'status', ...merge });
    expect(patched.status).toMatchObject({ phase: 'Bound', message: 'StatusPatched', reason: 'E2E patchStatus' });
    const updated = await volumes.updateStatus({ ...patched, status: { ...patched.status, message: 'StatusUpdated' } });
    expect(updated.status?.message).toBe('StatusUpdated');
    expect((await volumes.get('pv-status')).status?.message).toBe('StatusUpdated');
  }, 120_000);

  test('VolumeAttachment, apply changes to a volumeattachment status', async () => {
    const attachments = client.resource(resources.volumeAttachments);
    const made = await attachments.create({ metadata: { name: 'va' }, spec: { attacher: 'e2e.example.com', nodeName: 'node-1', source: { persistentVolumeName: 'v' } } });
    expect(made.status?.attached).toBe(false);
    expect((await attachments.patch('va', { status: { attached: true } }, { subresource: 'status', ...merge })).status?.attached).toBe(true);
    const current = await attachments.get('va');
    expect((await attachments.updateStatus({ ...current, status: { attached: false } })).status?.attached).toBe(false);
    await attachments.delete('va');
    expect(await isGone(attachments.get('va'))).toBe(true);
  }, 60_000);
});
