import { resources, type DaemonSet, type Node, type Pod, type StatefulSet } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { formatTime, hasReason, isPodReady, isPodTerminating, systemClock, type KubernetesObject } from '@typernetes/machinery';
import { startTestApi, type TestApi } from '../../apiserver/src/testing/start-test-api';
import { targetNode } from './daemonset/daemon-pod';
import { liveAndDie, startControllers } from './testing/mortal-manager';
import { eventually } from './testing/simulated-cluster';

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await startTestApi();
  client = api.running.clientFor({ name: 'test', groups: ['system:masters'] });
}, 60_000);
afterAll(() => api.stop(), 30_000);

const namespace = 'default';
const merge = { namespace, type: 'application/merge-patch+json' } as const;
const ignore = (error: unknown): void => {
  if (!hasReason(error, 'NotFound', 'Conflict', 'Invalid', 'AlreadyExists')) throw error;
};
const podsOf = async (app: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace, labelSelector: `app=${app}` })).items;
const imageOf = ({ spec }: Pod): string | undefined => spec?.containers[0]?.image;
const template = (app: string, image: string): NonNullable<DaemonSet['spec']>['template'] => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }] } });

async function newNode(name: string, labels: Record<string, string>): Promise<void> {
  const nodes = client.resource(resources.nodes);
  const node = await nodes.create({ metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } } });
  await nodes.update({ ...node, spec: { ...node.spec, taints: undefined } } as Node);
}

/** What scheduler and kubelets do: pods get their node, run, are ready, and go when they are told to. */
function playNodes(app: string): { stop(): Promise<void> } {
  let isOn = true;
  const pods = client.resource(resources.pods);
  const one = async (pod: Pod): Promise<void> => {
    const name = pod.metadata?.name ?? '';
    if (isPodTerminating(pod)) return void (await pods.delete(name, { namespace, gracePeriodSeconds: 0 }));
    if (isPodReady(pod)) return;
    const target = { kind: 'Node', name: targetNode(pod) ?? 'anywhere' };
    if (!pod.spec?.nodeName) await pods.createSubresource(name, 'binding', { metadata: { name, namespace }, target } as KubernetesObject, { namespace });
    const bound = await pods.get(name, { namespace });
    const since = formatTime(systemClock.now() - 3_600_000);
    await pods.updateStatus({ ...bound, status: { ...bound.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }] } });
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

const newDaemonSet = (name: string, image = 'a:1', nodeSelector?: Record<string, string>): Promise<DaemonSet> => {
  const made = template(name, image);
  return client.resource(resources.daemonSets).create({ metadata: { name, namespace }, spec: { selector: { matchLabels: { app: name } }, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } }, template: { ...made, spec: { containers: [], ...made.spec, nodeSelector } } } });
};
const newStatefulSet = (name: string, spec: Partial<NonNullable<StatefulSet['spec']>>): Promise<StatefulSet> =>
  client.resource(resources.statefulSets).create({ metadata: { name, namespace }, spec: { serviceName: name, selector: { matchLabels: { app: name } }, template: template(name, 'a:1'), ...spec } });

async function daemonsRun(name: string, nodes: readonly string[], image: string): Promise<boolean> {
  const [pods, { status, metadata }] = await Promise.all([podsOf(name), client.resource(resources.daemonSets).get(name, { namespace })]);
  const where = pods.map(({ spec }) => spec?.nodeName).sort();
  const isThere = where.join() === [...nodes].sort().join() && pods.every((pod) => isPodReady(pod) && !isPodTerminating(pod) && imageOf(pod) === image);
  return isThere && status?.numberAvailable === nodes.length && status.updatedNumberScheduled === nodes.length && status.observedGeneration === metadata?.generation;
}

async function replicasRun(name: string, replicas: number, image: string): Promise<boolean> {
  const [pods, { status, metadata }] = await Promise.all([podsOf(name), client.resource(resources.statefulSets).get(name, { namespace })]);
  const isThere = pods.length === replicas && pods.every((pod) => isPodReady(pod) && !isPodTerminating(pod) && imageOf(pod) === image);
  return isThere && status?.availableReplicas === replicas && status.updatedReplicas === replicas && status.currentRevision === status.updateRevision && status.observedGeneration === metadata?.generation;
}

const revisionsOf = async (name: string): Promise<number> => (await client.resource(resources.controllerRevisions).list({ namespace })).items.filter(({ metadata }) => metadata?.ownerReferences?.[0]?.name === name).length;

describe('a DaemonSet', () => {
  const nodes = ['d1', 'd2', 'd3', 'd4'];
  beforeAll(async () => {
    for (const name of nodes) await newNode(name, { pool: 'd' });
  });

  test('under a controller that dies at every step', async () => {
    await newDaemonSet('ds-mortal', 'a:1', { pool: 'd' });
    const played = playNodes('ds-mortal');
    await liveAndDie(client, ['daemonset-controller'], () => daemonsRun('ds-mortal', nodes, 'a:1'));
    await client.resource(resources.daemonSets).patch('ds-mortal', { spec: { template: template('ds-mortal', 'a:2') } }, { namespace, type: 'application/strategic-merge-patch+json' });
    await liveAndDie(client, ['daemonset-controller'], () => daemonsRun('ds-mortal', nodes, 'a:2'));
    await played.stop();
    expect(await revisionsOf('ds-mortal')).toBe(2);
  }, 240_000);

  test('with hostile updates', async () => {
    const running = await startControllers(client, ['daemonset-controller']);
    await newDaemonSet('ds-hostile', 'a:1', { pool: 'd' });
    const played = playNodes('ds-hostile');
    const pods = client.resource(resources.pods);
    for (let i = 0; i < 60; i++) {
      const all = await podsOf('ds-hostile');
      const name = all[i % (all.length || 1)]?.metadata?.name ?? '';
      if (name && i % 3 === 0) await pods.delete(name, { namespace, gracePeriodSeconds: 0 }).catch(ignore);
      if (name && i % 7 === 1) await pods.patch(name, { metadata: { ownerReferences: null } }, merge).catch(ignore);
      if (i % 11 === 2) await client.resource(resources.nodes).patch('d1', { metadata: { labels: { pool: i % 2 ? 'd' : 'none' } } }, { type: merge.type });
      if (i % 13 === 3) await client.resource(resources.daemonSets).patch('ds-hostile', { spec: { template: template('ds-hostile', `a:${i}`) } }, { namespace, type: 'application/strategic-merge-patch+json' });
      if (i % 17 === 4) for (const { metadata } of (await client.resource(resources.controllerRevisions).list({ namespace, labelSelector: 'app=ds-hostile' })).items) await client.resource(resources.controllerRevisions).delete(metadata?.name ?? '', { namespace }).catch(ignore);
      await systemClock.sleep(20);
    }
    await client.resource(resources.nodes).patch('d1', { metadata: { labels: { pool: 'd' } } }, { type: merge.type });
    const image = (await client.resource(resources.daemonSets).get('ds-hostile', { namespace })).spec?.template.spec?.containers[0]?.image ?? '';
    await eventually('all is well', () => daemonsRun('ds-hostile', nodes, image));
    await played.stop();
    await running.stop();
  }, 240_000);

  test('on a thousand nodes', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `many-${i}`);
    for (let i = 0; i < names.length; i += 50) await Promise.all(names.slice(i, i + 50).map((name) => newNode(name, { pool: 'many' })));
    const running = await startControllers(client, ['daemonset-controller']);
    await newDaemonSet('ds-many', 'a:1', { pool: 'many' });
    const sets = client.resource(resources.daemonSets);
    await eventually('a thousand pods', async () => (await sets.get('ds-many', { namespace })).status?.currentNumberScheduled === 1000, 120);
    const pods = await podsOf('ds-many');
    expect([pods.length, new Set(pods.map(targetNode)).size]).toEqual([1000, 1000]);
    await running.stop();
  }, 300_000);
});

describe('a StatefulSet', () => {
  test.each(['OrderedReady', 'Parallel'])('%s, under a controller that dies at every step', async (podManagementPolicy) => {
    const name = `sts-${podManagementPolicy.toLowerCase()}`;
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    await newStatefulSet(name, { replicas: 3, podManagementPolicy, volumeClaimTemplates: [claim] });
    const played = playNodes(name);
    await liveAndDie(client, ['statefulset-controller'], () => replicasRun(name, 3, 'a:1'));
    await client.resource(resources.statefulSets).patch(name, { spec: { replicas: 4, template: template(name, 'a:2') } }, { namespace, type: 'application/strategic-merge-patch+json' });
    await liveAndDie(client, ['statefulset-controller'], () => replicasRun(name, 4, 'a:2'));
    await client.resource(resources.statefulSets).patch(name, { spec: { replicas: 1 } }, merge);
    await liveAndDie(client, ['statefulset-controller'], () => replicasRun(name, 1, 'a:2'));
    await played.stop();
    const claims = (await client.resource(resources.persistentVolumeClaims).list({ namespace, labelSelector: `app=${name}` })).items.map(({ metadata }) => metadata?.name);
    expect(claims.sort()).toEqual([0, 1, 2, 3].map((i) => `data-${name}-${i}`));
    expect(await revisionsOf(name)).toBe(2);
  }, 240_000);

  test('with hostile updates', async () => {
    const running = await startControllers(client, ['statefulset-controller']);
    await newStatefulSet('sts-hostile', { replicas: 4 });
    const played = playNodes('sts-hostile');
    const pods = client.resource(resources.pods);
    for (let i = 0; i < 60; i++) {
      const name = `sts-hostile-${i % 4}`;
      if (i % 3 === 0) await pods.delete(name, { namespace, gracePeriodSeconds: 0 }).catch(ignore);
      if (i % 7 === 1) await pods.patch(name, { metadata: { labels: { 'statefulset.kubernetes.io/pod-name': 'wrong' }, ownerReferences: null } }, merge).catch(ignore);
      if (i % 11 === 2) await client.resource(resources.statefulSets).patch('sts-hostile', { spec: { replicas: 1 + (i % 5) } }, merge);
      if (i % 13 === 3) await client.resource(resources.statefulSets).patch('sts-hostile', { spec: { template: template('sts-hostile', `a:${i}`) } }, { namespace, type: 'application/strategic-merge-patch+json' });
      await systemClock.sleep(20);
    }
    await client.resource(resources.statefulSets).patch('sts-hostile', { spec: { replicas: 4 } }, merge);
    const image = (await client.resource(resources.statefulSets).get('sts-hostile', { namespace })).spec?.template.spec?.containers[0]?.image ?? '';
    await eventually('all is well', () => replicasRun('sts-hostile', 4, image));
    for (const { metadata } of await podsOf('sts-hostile')) expect(metadata?.labels?.['statefulset.kubernetes.io/pod-name']).toBe(metadata?.name);
    await played.stop();
    await running.stop();
  }, 240_000);
});

test('claims and volumes, under a binder that dies at every step', async () => {
  const volumes = client.resource(resources.persistentVolumes);
  const claims = client.resource(resources.persistentVolumeClaims);
  const names = ['m1', 'm2', 'm3'];
  for (const name of names) {
    await volumes.create({ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'mortal', hostPath: { path: '/tmp' } } });
    await claims.create({ metadata: { name, namespace }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'mortal' } });
  }
  const areBound = async (): Promise<boolean> => {
    const [pvs, pvcs] = [await Promise.all(names.map((name) => volumes.get(name))), await Promise.all(names.map((name) => claims.get(name, { namespace })))];
    return [...pvs, ...pvcs].every(({ status }) => status?.phase === 'Bound');
  };
  const controllers = ['persistentvolume-binder-controller', 'persistentvolumeclaim-protection-controller', 'persistentvolume-protection-controller'];
  await liveAndDie(client, controllers, areBound);
  const bound = await Promise.all(names.map((name) => claims.get(name, { namespace })));
  expect(new Set(bound.map(({ spec }) => spec?.volumeName)).size).toBe(3);
  for (const { metadata, spec } of bound) expect((await volumes.get(spec?.volumeName ?? '')).spec?.claimRef).toMatchObject({ name: metadata?.name, uid: metadata?.uid });
  for (const name of names) await claims.delete(name, { namespace });
  await liveAndDie(client, controllers, async () => (await Promise.all(names.map((name) => volumes.get(name)))).every(({ status }) => status?.phase === 'Released') && (await claims.list({ namespace, labelSelector: '!app' })).items.length === 0);
}, 240_000);
