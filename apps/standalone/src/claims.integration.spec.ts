import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { resources, type PersistentVolumeClaim, type Pod } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason, isPodReady, isPodTerminating } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const newNamespace = (name: string): Promise<string> => cluster.newNamespace(name);
const merge = { type: 'application/merge-patch+json' } as const;
const claims = (): ReturnType<typeof client.resource<PersistentVolumeClaim>> => client.resource(resources.persistentVolumeClaims);
const claimSpec = (storage = '1Gi', storageClassName?: string): NonNullable<PersistentVolumeClaim['spec']> => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName });
const boundClaim = (namespace: string, name: string): Promise<PersistentVolumeClaim> =>
  eventually(`${name} is bound`, async () => {
    const claim = await claims().get(name, { namespace });
    return claim.status?.phase === 'Bound' && claim;
  });
const volumeOf = async ({ spec }: PersistentVolumeClaim) => client.resource(resources.persistentVolumes).get(spec?.volumeName ?? '');
const isGone = (read: Promise<unknown>): Promise<boolean> => read.then(() => false, (error: unknown) => hasReason(error, 'NotFound'));
const directoriesOf = (name: string): string[] => ['node-1', 'node-2'].map((node) => path.join(cluster.directory, 'nodes', node, 'kubelet', 'local-volumes', name)).filter((each) => existsSync(each));
const readyPods = (namespace: string, count: number): Promise<Pod[]> =>
  eventually(`${count} ready pods in ${namespace}`, async () => {
    const pods = (await client.resource(resources.pods).list({ namespace })).items.filter((pod) => !isPodTerminating(pod));
    return pods.length === count && pods.every(isPodReady) && pods;
  });
const podWith = (name: string, volume: object): Pod => ({
  metadata: { name },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v' }] }], volumes: [{ name: 'v', ...volume }] },
});
const newPod = (namespace: string, pod: Pod): Promise<Pod> => client.resource(resources.pods).create({ ...pod, metadata: { ...pod.metadata, namespace } });

test('a StatefulSet with a claim for each pod', async () => {
  const namespace = await newNamespace('sts-claims');
  await client.resource(resources.statefulSets).create({
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 2,
      serviceName: 'web',
      selector: { matchLabels: { app: 'web' } },
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
      template: { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec() }],
    },
  });
  const before = await readyPods(namespace, 2);
  const [zero, one] = [await boundClaim(namespace, 'data-web-0'), await boundClaim(namespace, 'data-web-1')];
  const volume = await volumeOf(zero);
  expect(zero).toMatchObject({ metadata: { labels: { app: 'web' } }, spec: { storageClassName: 'standard' }, status: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } });
  const nodeOf = (pods: readonly Pod[], name: string): string | undefined => pods.find(({ metadata }) => metadata?.name === name)?.spec?.nodeName;
  expect(volume.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([nodeOf(before, 'web-0')]);
  expect(directoriesOf(volume.metadata?.name ?? '')).toHaveLength(1);
  const sets = client.resource(resources.statefulSets);
  await sets.patch('web', { spec: { replicas: 1 } }, { namespace, ...merge });
  await eventually('the claim goes with its pod', () => isGone(claims().get('data-web-1', { namespace })));
  await eventually('and its volume', () => isGone(volumeOf(one)));
  await sets.delete('web', { namespace });
  await eventually('no pods', async () => (await client.resource(resources.pods).list({ namespace })).items.length === 0);
  expect((await claims().get('data-web-0', { namespace })).status?.phase).toBe('Bound');
}, 180_000);

test('a static volume is found, kept while it is used, and released', async () => {
  const namespace = await newNamespace('static');
  const volumes = client.resource(resources.persistentVolumes);
  const at = path.join(cluster.directory, 'disk');
  for (const [name, storage] of [['small', '1Gi'], ['large', '10Gi']] as const) {
    await volumes.create({ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage }, storageClassName: 'manual', hostPath: { path: at, type: 'DirectoryOrCreate' } } });
  }
  await eventually('available', async () => (await volumes.get('large')).status?.phase === 'Available');
  await claims().create({ metadata: { name: 'c', namespace }, spec: claimSpec('2Gi', 'manual') });
  const claim = await boundClaim(namespace, 'c');
  expect(claim).toMatchObject({ metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { volumeName: 'large' }, status: { capacity: { storage: '10Gi' } } });
  expect((await volumes.get('large')).spec?.claimRef).toMatchObject({ name: 'c', namespace, uid: claim.metadata?.uid });
  await newPod(namespace, podWith('user', { persistentVolumeClaim: { claimName: 'c' } }));
  await readyPods(namespace, 1);
  await claims().delete('c', { namespace });
  expect((await claims().get('c', { namespace })).metadata).toMatchObject({ finalizers: ['kubernetes.io/pvc-protection'] });
  await client.resource(resources.pods).delete('user', { namespace });
  await eventually('the claim goes after its pod', () => isGone(claims().get('c', { namespace })));
  await eventually('released', async () => (await volumes.get('large')).status?.phase === 'Released');
  await volumes.delete('large');
  await eventually('gone', () => isGone(volumes.get('large')));
}, 120_000);

test('a volume that is made for a claim goes with it, and its directory too', async () => {
  const namespace = await newNamespace('dynamic');
  await claims().create({ metadata: { name: 'c', namespace }, spec: claimSpec() });
  const events = (): Promise<(string | undefined)[]> => client.resource(resources.events).list({ namespace }).then(({ items }) => items.map(({ reason }) => reason));
  await eventually('waits', async () => (await events()).includes('WaitForFirstConsumer'));
  await newPod(namespace, podWith('user', { persistentVolumeClaim: { claimName: 'c' } }));
  await readyPods(namespace, 1);
  const claim = await boundClaim(namespace, 'c');
  const name = claim.spec?.volumeName ?? '';
  expect(directoriesOf(name)).toHaveLength(1);
  await claims().patch('c', { spec: { resources: { requests: { storage: '3Gi' } } } }, { namespace, ...merge });
  await eventually('grown', async () => (await claims().get('c', { namespace })).status?.capacity?.storage === '3Gi');
  await client.resource(resources.pods).delete('user', { namespace });
  await claims().delete('c', { namespace });
  await eventually('volume gone', () => isGone(client.resource(resources.persistentVolumes).get(name)));
}, 120_000);

test('a generic ephemeral volume lives as long as its pod', async () => {
  const namespace = await newNamespace('ephemeral');
  const pod = await newPod(namespace, podWith('job', { ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: claimSpec() } } }));
  await readyPods(namespace, 1);
  const claim = await boundClaim(namespace, 'job-v');
  expect(claim.metadata).toMatchObject({ labels: { a: 'b' }, ownerReferences: [{ kind: 'Pod', uid: pod.metadata?.uid }] });
  await client.resource(resources.pods).delete('job', { namespace });
  await eventually('claim gone', () => isGone(claims().get('job-v', { namespace })));
}, 120_000);

test('a claim whose volume is taken away is lost', async () => {
  const namespace = await newNamespace('lost');
  const volumes = client.resource(resources.persistentVolumes);
  await volumes.create({ metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'lost', hostPath: { path: '/tmp' } } });
  await claims().create({ metadata: { name: 'c', namespace }, spec: claimSpec('1Gi', 'lost') });
  await boundClaim(namespace, 'c');
  await volumes.delete('v');
  await volumes.patch('v', { metadata: { finalizers: null } }, merge);
  await eventually('lost', async () => (await claims().get('c', { namespace })).status?.phase === 'Lost');
}, 90_000);

const pods = (): ReturnType<typeof client.resource<Pod>> => client.resource(resources.pods);
const unschedulable = (namespace: string, name: string): Promise<string> =>
  eventually(`${name} has no node`, async () => (await pods().get(name, { namespace })).status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.message);

test('a pod comes back to the node of its volume, and waits for it when that is closed', async () => {
  const namespace = await newNamespace('returning');
  await claims().create({ metadata: { name: 'c', namespace }, spec: claimSpec() });
  await newPod(namespace, podWith('first', { persistentVolumeClaim: { claimName: 'c' } }));
  const [first] = await readyPods(namespace, 1);
  const home = first?.spec?.nodeName ?? '';
  expect((await boundClaim(namespace, 'c')).metadata?.annotations).toMatchObject({ 'volume.kubernetes.io/selected-node': home });
  await pods().delete('first', { namespace });
  const nodes = client.resource(resources.nodes);
  await nodes.patch(home, { spec: { unschedulable: true } }, merge);
  await newPod(namespace, podWith('second', { persistentVolumeClaim: { claimName: 'c' } }));
  expect(await unschedulable(namespace, 'second')).toContain("1 node(s) didn't match PersistentVolume's node affinity");
  await nodes.patch(home, { spec: { unschedulable: null } }, merge);
  const [second] = await readyPods(namespace, 1);
  expect([second?.metadata?.name, second?.spec?.nodeName]).toEqual(['second', home]);
}, 120_000);

test('static volumes of nodes that wait for a pod: each pod gets one where it runs', async () => {
  const namespace = await newNamespace('local-static');
  const local = { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' };
  await client.resource(resources.storageClasses).create({ metadata: { name: 'disks' }, ...local });
  for (const name of ['one', 'two']) await claims().create({ metadata: { name, namespace }, spec: claimSpec('1Gi', 'disks') });
  await newPod(namespace, podWith('pod-one', { persistentVolumeClaim: { claimName: 'one' } }));
  expect(await unschedulable(namespace, 'pod-one')).toContain("2 node(s) didn't find available persistent volumes to bind");
  for (const node of ['node-1', 'node-2']) {
    const affinity = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] } };
    const at = path.join(cluster.directory, `disk-of-${node}`);
    mkdirSync(at);
    await client.resource(resources.persistentVolumes).create({ metadata: { name: `disk-${node}` }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'disks', local: { path: at }, nodeAffinity: affinity } });
  }
  await newPod(namespace, podWith('pod-two', { persistentVolumeClaim: { claimName: 'two' } }));
  for (const pod of await readyPods(namespace, 2)) {
    const claim = await boundClaim(namespace, pod.metadata?.name?.replace('pod-', '') ?? '');
    expect(claim.spec?.volumeName).toBe(`disk-${pod.spec?.nodeName}`);
  }
}, 120_000);

test('a pod waits for a claim that should have been bound before', async () => {
  const namespace = await newNamespace('immediate');
  await claims().create({ metadata: { name: 'c', namespace }, spec: claimSpec('1Gi', '') });
  await newPod(namespace, podWith('early', { persistentVolumeClaim: { claimName: 'c' } }));
  expect(await unschedulable(namespace, 'early')).toContain('0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.');
  await newPod(namespace, podWith('astray', { persistentVolumeClaim: { claimName: 'nothing' } }));
  expect(await unschedulable(namespace, 'astray')).toContain('0/2 nodes are available: persistentvolumeclaim "nothing" not found.');
}, 90_000);
