/** What conformance of Kubernetes 1.36 demands of the garbage collector and of the deletion of namespaces, with simulated nodes. */
import { resources, type Pod } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason, type OwnerReference } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from '../testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(1);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const merge = { type: 'application/merge-patch+json' } as const;
const isGone = (read: Promise<unknown>): Promise<boolean> => read.then(() => false, (error: unknown) => hasReason(error, 'NotFound'));
const podSpec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1' }] };
const template = (app: string) => ({ metadata: { labels: { app } }, spec: podSpec });
const podsOf = async (namespace: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace })).items;
const ownersOf = (pod: Pod): OwnerReference[] => pod.metadata?.ownerReferences ?? [];

/** A ReplicationController whose pods are all there. */
async function newController(namespace: string, name: string, replicas: number): Promise<OwnerReference> {
  const made = await client.resource(resources.replicationControllers).create({ metadata: { name, namespace }, spec: { replicas, selector: { app: name }, template: template(name) } });
  await eventually(`${replicas} pods of ${name}`, async () => (await podsOf(namespace)).filter(({ metadata }) => metadata?.labels?.['app'] === name).length === replicas);
  return { apiVersion: 'v1', kind: 'ReplicationController', name, uid: made.metadata?.uid ?? '' };
}

describe('garbage collection', () => {
  test('pods of a deleted controller are collected', async () => {
    const namespace = await cluster.newNamespace('gc-background');
    await newController(namespace, 'rc', 3);
    await client.resource(resources.replicationControllers).delete('rc', { namespace, propagationPolicy: 'Background' });
    await eventually('no pods', async () => (await podsOf(namespace)).length === 0);
  }, 120_000);

  test('deleted in the foreground, a controller stays until its pods are gone', async () => {
    const namespace = await cluster.newNamespace('gc-foreground');
    await newController(namespace, 'rc', 3);
    const [held] = await podsOf(namespace);
    const pods = client.resource(resources.pods);
    const name = held?.metadata?.name ?? '';
    await pods.patch(name, { metadata: { finalizers: ['example.com/held'] } }, { namespace, ...merge });
    const controllers = client.resource(resources.replicationControllers);
    await controllers.delete('rc', { namespace, propagationPolicy: 'Foreground' });
    await eventually('only the held pod is left', async () => (await podsOf(namespace)).map(({ metadata }) => metadata?.name).join() === name);
    const waiting = await controllers.get('rc', { namespace });
    expect([waiting.metadata?.finalizers, Boolean(waiting.metadata?.deletionTimestamp)]).toEqual([['foregroundDeletion'], true]);
    await pods.patch(name, { metadata: { finalizers: null } }, { namespace, ...merge });
    await eventually('the controller is gone', () => isGone(controllers.get('rc', { namespace })));
    expect(await podsOf(namespace)).toEqual([]);
  }, 120_000);

  test('orphaned pods stay, without owner', async () => {
    const namespace = await cluster.newNamespace('gc-orphan');
    await newController(namespace, 'rc', 3);
    const before = (await podsOf(namespace)).map(({ metadata }) => metadata?.uid).sort();
    const controllers = client.resource(resources.replicationControllers);
    await controllers.delete('rc', { namespace, propagationPolicy: 'Orphan' });
    await eventually('the controller is gone', () => isGone(controllers.get('rc', { namespace })));
    const after = await podsOf(namespace);
    expect(after.map(({ metadata }) => metadata?.uid).sort()).toEqual(before);
    expect(after.flatMap(ownersOf)).toEqual([]);
  }, 120_000);

  test('the set of a deployment goes with it, or stays with its pods when orphaned', async () => {
    const namespace = await cluster.newNamespace('gc-deployment');
    const [deployments, sets] = [client.resource(resources.deployments), client.resource(resources.replicaSets)];
    for (const name of ['kept', 'dropped']) await deployments.create({ metadata: { name, namespace }, spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name) } });
    await eventually('two sets, four pods', async () => (await sets.list({ namespace })).items.length === 2 && (await podsOf(namespace)).length === 4);
    await deployments.delete('kept', { namespace, propagationPolicy: 'Orphan' });
    await deployments.delete('dropped', { namespace, propagationPolicy: 'Background' });
    await eventually('one set without owner, with its pods', async () => {
      const { items } = await sets.list({ namespace });
      const pods = await podsOf(namespace);
      const [set] = items;
      return items.length === 1 && set?.metadata?.labels?.['app'] === 'kept' && !set.metadata.ownerReferences?.length && pods.length === 2 && pods.every((pod) => ownersOf(pod)[0]?.uid === set.metadata?.uid);
    });
  }, 120_000);

  test('pods with another owner outlive one deleted in the foreground', async () => {
    const namespace = await cluster.newNamespace('gc-owners');
    await newController(namespace, 'leaving', 4);
    const staying = await newController(namespace, 'staying', 0);
    const pods = client.resource(resources.pods);
    const shared = (await podsOf(namespace)).slice(0, 2);
    for (const pod of shared) await pods.patch(pod.metadata?.name ?? '', { metadata: { ownerReferences: [...ownersOf(pod), staying] } }, { namespace, ...merge });
    await client.resource(resources.replicationControllers).delete('leaving', { namespace, propagationPolicy: 'Foreground' });
    await eventually('the owner is gone', () => isGone(client.resource(resources.replicationControllers).get('leaving', { namespace })));
    const left = await podsOf(namespace);
    expect(left.map(({ metadata }) => metadata?.uid).sort()).toEqual(shared.map(({ metadata }) => metadata?.uid).sort());
    expect(left.every(({ metadata }) => metadata?.deletionTimestamp === undefined)).toBe(true);
  }, 120_000);

  test('pods that own each other in a circle are collected', async () => {
    const namespace = await cluster.newNamespace('gc-cycle');
    const pods = client.resource(resources.pods);
    const uids = new Map<string, string>();
    for (const name of ['a', 'b', 'c']) uids.set(name, (await pods.create({ metadata: { name, namespace }, spec: podSpec })).metadata?.uid ?? '');
    for (const [name, owner] of [['a', 'c'], ['b', 'a'], ['c', 'b']] as const)
      await pods.patch(name, { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner, uid: uids.get(owner), controller: true, blockOwnerDeletion: true }] } }, { namespace, ...merge });
    await pods.delete('a', { namespace, propagationPolicy: 'Foreground' });
    await eventually('no pods', async () => (await podsOf(namespace)).length === 0);
  }, 120_000);
});

describe('namespaces', () => {
  test('a deleted namespace takes its pods and services with it', async () => {
    const namespace = await cluster.newNamespace('emptied');
    await client.resource(resources.pods).create({ metadata: { name: 'p', namespace }, spec: podSpec });
    await client.resource(resources.services).create({ metadata: { name: 's', namespace }, spec: { ports: [{ port: 80 }] } });
    await client.resource(resources.namespaces).delete(namespace);
    await eventually('the namespace is gone', () => isGone(client.resource(resources.namespaces).get(namespace)));
    await cluster.newNamespace(namespace);
    expect([await podsOf(namespace), (await client.resource(resources.services).list({ namespace })).items]).toEqual([[], []]);
  }, 120_000);

  test('pods go before everything else of a namespace', async () => {
    const namespace = await cluster.newNamespace('ordered');
    const [pods, configMaps] = [client.resource(resources.pods), client.resource(resources.configMaps)];
    await pods.create({ metadata: { name: 'p', namespace, finalizers: ['example.com/held'] }, spec: podSpec });
    await configMaps.create({ metadata: { name: 'kept', namespace } });
    await client.resource(resources.namespaces).delete(namespace);
    await eventually('the namespace says that pods are left', async () => {
      const { status } = await client.resource(resources.namespaces).get(namespace);
      return status?.phase === 'Terminating' && status.conditions?.some(({ type, status: is }) => type === 'NamespaceContentRemaining' && is === 'True') && Boolean((await pods.get('p', { namespace })).metadata?.deletionTimestamp);
    });
    expect((await configMaps.get('kept', { namespace })).metadata?.deletionTimestamp).toBeUndefined();
    await pods.patch('p', { metadata: { finalizers: null } }, { namespace, ...merge });
    await eventually('the namespace is gone', () => isGone(client.resource(resources.namespaces).get(namespace)));
  }, 120_000);
});
