import { resources, type DaemonSet, type Pod, type StatefulSet } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason, isPodReady, isPodTerminating } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(3);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const kubectl = (...args: string[]): Promise<string> => cluster.kubectl(...args);
const newNamespace = (name: string): Promise<string> => cluster.newNamespace(name);
const template = (app: string, image = 'app:1') => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] } });
const merge = { type: 'application/merge-patch+json' } as const;
const podsOf = async (namespace: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace })).items.filter((pod) => !isPodTerminating(pod));
const namesOf = (pods: readonly Pod[]): (string | undefined)[] => pods.map(({ metadata }) => metadata?.name).sort();
const imageOf = ({ spec }: Pod): string | undefined => spec?.containers[0]?.image;
const readyPods = (namespace: string, count: number): Promise<Pod[]> =>
  eventually(`${count} ready pods in ${namespace}`, async () => {
    const pods = await podsOf(namespace);
    return pods.length === count && pods.every(isPodReady) && pods;
  });
const reasonsOf = async (namespace: string, kind: string): Promise<Set<string>> =>
  new Set((await client.resource(resources.events).list({ namespace })).items.filter(({ involvedObject }) => involvedObject.kind === kind).map(({ reason = '' }) => reason));

const newDaemonSet = (namespace: string, name: string, spec: Partial<NonNullable<DaemonSet['spec']>> = {}): Promise<DaemonSet> =>
  client.resource(resources.daemonSets).create({ metadata: { name, namespace }, spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec } });
const newStatefulSet = (namespace: string, name: string, spec: Partial<NonNullable<StatefulSet['spec']>> = {}): Promise<StatefulSet> =>
  client.resource(resources.statefulSets).create({ metadata: { name, namespace }, spec: { serviceName: name, selector: { matchLabels: { app: name } }, template: template(name), ...spec } });

describe('a DaemonSet', () => {
  test('has a pod on each node, follows their labels, and heals', async () => {
    const namespace = await newNamespace('ds-nodes');
    await newDaemonSet(namespace, 'agent');
    const pods = await readyPods(namespace, 3);
    expect(new Set(pods.map(({ spec }) => spec?.nodeName)).size).toBe(3);
    const sets = client.resource(resources.daemonSets);
    await eventually('status', async () => (await sets.get('agent', { namespace })).status?.numberAvailable === 3);
    expect((await sets.get('agent', { namespace })).status).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3, numberMisscheduled: 0, observedGeneration: 1 });
    await client.resource(resources.pods).delete(pods[0]?.metadata?.name ?? '', { namespace });
    await eventually('another', async () => (await readyPods(namespace, 3)).every(({ metadata }) => metadata?.name !== pods[0]?.metadata?.name));
    await sets.patch('agent', { spec: { template: { spec: { nodeSelector: { color: 'blue' } } } } }, { namespace, ...merge });
    await eventually('none', async () => (await podsOf(namespace)).length === 0);
    await kubectl('label', 'node', 'node-2', 'color=blue');
    expect((await readyPods(namespace, 1))[0]?.spec?.nodeName).toBe('node-2');
    await kubectl('label', 'node', 'node-2', 'color-');
    await eventually('none', async () => (await podsOf(namespace)).length === 0);
  }, 120_000);

  test('a failed pod is replaced', async () => {
    const namespace = await newNamespace('ds-failed');
    await newDaemonSet(namespace, 'agent');
    const [pod] = await readyPods(namespace, 3);
    if (!pod) throw new Error('no pod');
    await client.resource(resources.pods).updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed' } });
    await eventually('replaced', async () => (await readyPods(namespace, 3)).every(({ metadata }) => metadata?.uid !== pod.metadata?.uid));
    await eventually('event', async () => (await reasonsOf(namespace, 'DaemonSet')).has('FailedDaemonPod'));
  }, 90_000);

  test('rolls out, keeps a history and rolls back', async () => {
    const namespace = await newNamespace('ds-rollout');
    await newDaemonSet(namespace, 'agent');
    await readyPods(namespace, 3);
    await kubectl('-n', namespace, 'set', 'image', 'ds/agent', 'c=app:2');
    await kubectl('-n', namespace, 'rollout', 'status', 'ds/agent', '--timeout=80s');
    expect((await readyPods(namespace, 3)).map(imageOf)).toEqual(['app:2', 'app:2', 'app:2']);
    expect(await kubectl('-n', namespace, 'rollout', 'history', 'ds/agent')).toMatch(/1 .*\n2 /);
    await kubectl('-n', namespace, 'rollout', 'undo', 'ds/agent');
    await kubectl('-n', namespace, 'rollout', 'status', 'ds/agent', '--timeout=80s');
    expect((await readyPods(namespace, 3)).map(imageOf)).toEqual(['app:1', 'app:1', 'app:1']);
    const { items } = await client.resource(resources.controllerRevisions).list({ namespace });
    expect(items.map(({ revision }) => revision).sort()).toEqual([2, 3]);
    for (const { metadata } of items) expect(metadata?.labels?.['controller-revision-hash']).toBe(metadata?.name?.replace('agent-', ''));
  }, 240_000);

  test('adopts orphans and their revisions', async () => {
    const namespace = await newNamespace('ds-orphans');
    await newDaemonSet(namespace, 'agent');
    const before = namesOf(await readyPods(namespace, 3));
    await client.resource(resources.daemonSets).delete('agent', { namespace, propagationPolicy: 'Orphan' });
    await eventually('orphans', async () => (await podsOf(namespace)).every(({ metadata }) => !metadata?.ownerReferences?.length));
    const { metadata } = await newDaemonSet(namespace, 'agent');
    await eventually('adopted', async () => (await podsOf(namespace)).every(({ metadata: pod }) => pod?.ownerReferences?.[0]?.uid === metadata?.uid));
    expect(namesOf(await readyPods(namespace, 3))).toEqual(before);
    expect((await client.resource(resources.controllerRevisions).list({ namespace })).items).toHaveLength(1);
  }, 90_000);
});

describe('a StatefulSet', () => {
  test('makes pods in order, with names of their own, and scales', async () => {
    const namespace = await newNamespace('sts-order');
    await newStatefulSet(namespace, 'web', { replicas: 3 });
    const pods = await readyPods(namespace, 3);
    expect(namesOf(pods)).toEqual(['web-0', 'web-1', 'web-2']);
    expect(pods.find(({ metadata }) => metadata?.name === 'web-1')).toMatchObject({
      metadata: { labels: { 'statefulset.kubernetes.io/pod-name': 'web-1', 'apps.kubernetes.io/pod-index': '1' } },
      spec: { hostname: 'web-1', subdomain: 'web' },
    });
    await kubectl('-n', namespace, 'scale', 'sts/web', '--replicas=1');
    await eventually('one', async () => namesOf(await podsOf(namespace)).join() === 'web-0');
    await eventually('status', async () => (await client.resource(resources.statefulSets).get('web', { namespace })).status?.replicas === 1);
    const scale = JSON.parse(await kubectl('get', '--raw', `/apis/apps/v1/namespaces/${namespace}/statefulsets/web/scale`));
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1, selector: 'app=web' } });
  }, 120_000);

  test('a canary by partition, then everything, then back', async () => {
    const namespace = await newNamespace('sts-rollout');
    await newStatefulSet(namespace, 'web', { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    await readyPods(namespace, 3);
    await kubectl('-n', namespace, 'set', 'image', 'sts/web', 'c=app:2');
    await eventually('canary', async () => (await readyPods(namespace, 3)).filter((pod) => imageOf(pod) === 'app:2').length === 1);
    const sets = client.resource(resources.statefulSets);
    const { status } = await eventually('status', async () => {
      const set = await sets.get('web', { namespace });
      return set.status?.updatedReplicas === 1 && set.status.currentReplicas === 2 && set;
    });
    expect(status?.currentRevision).not.toBe(status?.updateRevision);
    // What is lost below the partition comes back as it was.
    await client.resource(resources.pods).delete('web-0', { namespace });
    await eventually('web-0 again', async () => (await readyPods(namespace, 3)).map(imageOf).filter((image) => image === 'app:1').length === 2);
    await sets.patch('web', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } }, { namespace, ...merge });
    await kubectl('-n', namespace, 'rollout', 'status', 'sts/web', '--timeout=80s');
    expect((await readyPods(namespace, 3)).map(imageOf)).toEqual(['app:2', 'app:2', 'app:2']);
    await kubectl('-n', namespace, 'rollout', 'undo', 'sts/web');
    await kubectl('-n', namespace, 'rollout', 'status', 'sts/web', '--timeout=80s');
    expect((await readyPods(namespace, 3)).map(imageOf)).toEqual(['app:1', 'app:1', 'app:1']);
    const done = await eventually('one revision', async () => {
      const set = await sets.get('web', { namespace });
      return set.status?.currentRevision === set.status?.updateRevision && set;
    });
    expect(done.status).toMatchObject({ currentReplicas: 3, updatedReplicas: 3 });
  }, 240_000);

  test('parallel, with another first ordinal; failed pods are made anew', async () => {
    const namespace = await newNamespace('sts-parallel');
    await newStatefulSet(namespace, 'web', { replicas: 3, podManagementPolicy: 'Parallel', ordinals: { start: 5 } });
    const pods = await readyPods(namespace, 3);
    expect(namesOf(pods)).toEqual(['web-5', 'web-6', 'web-7']);
    const failed = pods.find(({ metadata }) => metadata?.name === 'web-6');
    if (!failed) throw new Error('no web-6');
    await client.resource(resources.pods).updateStatus({ ...failed, status: { ...failed.status, phase: 'Failed' } });
    await eventually('another web-6', async () => (await readyPods(namespace, 3)).every(({ metadata }) => metadata?.uid !== failed.metadata?.uid));
    await eventually('event', async () => (await reasonsOf(namespace, 'StatefulSet')).has('RecreatingFailedPod'));
  }, 120_000);

  test('a pod in the way of its own is waited for', async () => {
    const namespace = await newNamespace('sts-conflict');
    await client.resource(resources.pods).create({ metadata: { name: 'web-0', namespace }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'other' }] } });
    await newStatefulSet(namespace, 'web', { replicas: 1 });
    await eventually('status', async () => (await client.resource(resources.statefulSets).get('web', { namespace })).status?.observedGeneration === 1);
    expect((await client.resource(resources.pods).get('web-0', { namespace })).metadata?.ownerReferences).toBeUndefined();
    await client.resource(resources.pods).delete('web-0', { namespace });
    await eventually('ours', async () => (await podsOf(namespace))[0]?.metadata?.ownerReferences?.[0]?.kind === 'StatefulSet');
  }, 120_000);

  test('leaves with everything when it is deleted', async () => {
    const namespace = await newNamespace('sts-gone');
    await newStatefulSet(namespace, 'web', { replicas: 2 });
    await readyPods(namespace, 2);
    await client.resource(resources.statefulSets).delete('web', { namespace, propagationPolicy: 'Foreground' });
    await eventually('gone', async () => client.resource(resources.statefulSets).get('web', { namespace }).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
    expect(await podsOf(namespace)).toEqual([]);
    await eventually('revisions gone', async () => (await client.resource(resources.controllerRevisions).list({ namespace })).items.length === 0);
  }, 90_000);
});
