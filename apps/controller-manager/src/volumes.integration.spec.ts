/** Volumes of drivers come to nodes and leave them, and volumes grow; the driver is played by the test. */
import { resources, type PersistentVolumeClaim, type Pod, type VolumeAttachment } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import { eventually, startSimulatedCluster, type SimulatedCluster } from './testing/simulated-cluster';

let cluster: SimulatedCluster;
let nodes: string[];

beforeAll(async () => {
  cluster = await startSimulatedCluster(2);
  nodes = await eventually('two nodes', async () => {
    const { items } = await cluster.client.resource(resources.nodes).list();
    return items.length === 2 && items.map(({ metadata }) => metadata?.name ?? '').sort();
  });
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const timeoutMs = 120_000;
const merge = { type: 'application/merge-patch+json' } as const;

/** A claim that is bound to a volume of a driver. */
async function boundVolume(namespace: string, driver: string): Promise<string> {
  const name = `v-${namespace}`;
  const shared = { accessModes: ['ReadWriteOnce'], storageClassName: name };
  await cluster.client.resource(resources.persistentVolumes).create({ metadata: { name }, spec: { ...shared, capacity: { storage: '1Gi' }, csi: { driver, volumeHandle: `h-${namespace}` }, persistentVolumeReclaimPolicy: 'Retain' } });
  await cluster.client.resource(resources.persistentVolumeClaims).create({ metadata: { name: 'data', namespace }, spec: { ...shared, resources: { requests: { storage: '1Gi' } } } });
  await eventually('bound', async () => (await cluster.client.resource(resources.persistentVolumeClaims).get('data', { namespace })).status?.phase === 'Bound');
  return name;
}

const newPod = (namespace: string, name: string, nodeName: string): Promise<Pod> =>
  cluster.client.resource(resources.pods).create({ metadata: { name, namespace }, spec: { nodeName, terminationGracePeriodSeconds: 0, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }], containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] } });
const attachmentsOf = async (volume: string): Promise<VolumeAttachment[]> => (await cluster.client.resource(resources.volumeAttachments).list()).items.filter(({ spec }) => spec.source.persistentVolumeName === volume);
const attachedTo = async (node: string): Promise<string[]> => ((await cluster.client.resource(resources.nodes).get(node)).status?.volumesAttached ?? []).map(({ name }) => name);
const messages = async (namespace: string, reason: string): Promise<string[]> => (await cluster.client.resource(resources.events).list({ namespace })).items.filter((event) => event.reason === reason).map(({ message = '' }) => message);

test.concurrent('a volume is attached for the first pod, kept from a second node, and moves when it is free', async () => {
  const namespace = await cluster.newNamespace('attach');
  const volume = await boundVolume(namespace, 'attach.example.com');
  const [first = '', second = ''] = nodes;
  await newPod(namespace, 'a', first);
  const attachment = await eventually('an attachment', async () => (await attachmentsOf(volume))[0]);
  expect(attachment.spec).toEqual({ attacher: 'attach.example.com', nodeName: first, source: { persistentVolumeName: volume } });
  const status = { attached: false, attachError: { message: 'no such disk' } };
  const api = cluster.client.resource(resources.volumeAttachments);
  const name = attachment.metadata?.name ?? '';
  await api.patch(name, { status }, { subresource: 'status', ...merge });
  await eventually('the failure is told', async () => (await messages(namespace, 'FailedAttachVolume')).includes(`AttachVolume.Attach failed for volume "${volume}" : no such disk`));
  await api.patch(name, { status: { attached: true, attachError: null } }, { subresource: 'status', ...merge });
  const uniqueName = `kubernetes.io/csi/attach.example.com^h-${namespace}`;
  await eventually('the node knows', async () => (await attachedTo(first)).includes(uniqueName));
  expect((await messages(namespace, 'SuccessfulAttachVolume')).join()).toContain(`AttachVolume.Attach succeeded for volume "${volume}"`);
  await newPod(namespace, 'b', second);
  await eventually('it is told', async () => (await messages(namespace, 'FailedAttachVolume')).includes(`Multi-Attach error for volume "${volume}" Volume is already used by pod(s) a`));
  expect(await attachmentsOf(volume)).toHaveLength(1);
  await cluster.client.resource(resources.pods).delete('a', { namespace });
  await eventually('it has moved', async () => (await attachmentsOf(volume)).map(({ spec }) => spec.nodeName).join() === second);
  expect(await attachedTo(first)).not.toContain(uniqueName);
}, timeoutMs);

test.concurrent('a driver that attaches nothing gets no attachments', async () => {
  const namespace = await cluster.newNamespace('no-attach');
  await cluster.client.resource(resources.csiDrivers).create({ metadata: { name: 'none.example.com' }, spec: { attachRequired: false } });
  const other = await cluster.newNamespace('attach-too');
  const [volume, witness] = [await boundVolume(namespace, 'none.example.com'), await boundVolume(other, 'some.example.com')];
  await newPod(namespace, 'a', nodes[0] ?? '');
  await newPod(other, 'a', nodes[0] ?? '');
  await eventually('the other one has one', async () => (await attachmentsOf(witness)).length === 1);
  expect(await attachmentsOf(volume)).toEqual([]);
}, timeoutMs);

test.concurrent('a class of attributes stays while a claim names it', async () => {
  const namespace = await cluster.newNamespace('attributes');
  const classes = cluster.client.resource(resources.volumeAttributesClasses);
  await classes.create({ metadata: { name: 'fast' }, driverName: 'csi.example.com', parameters: { iops: '1000' } });
  await cluster.client.resource(resources.persistentVolumeClaims).create({ metadata: { name: 'data', namespace }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'no-such-class', volumeAttributesClassName: 'fast', resources: { requests: { storage: '1Gi' } } } });
  await eventually('it is protected', async () => (await classes.get('fast')).metadata?.finalizers?.includes('kubernetes.io/vac-protection'));
  await classes.delete('fast');
  expect((await classes.get('fast')).metadata?.deletionTimestamp).toBeDefined();
  await cluster.client.resource(resources.persistentVolumeClaims).delete('data', { namespace });
  await eventually('it is gone', () => classes.get('fast').then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
}, timeoutMs);

const claimOf = (namespace: string): Promise<PersistentVolumeClaim> => cluster.client.resource(resources.persistentVolumeClaims).get('data', { namespace });
const askFor = (namespace: string, storage: string): Promise<PersistentVolumeClaim> => cluster.client.resource(resources.persistentVolumeClaims).patch('data', { spec: { resources: { requests: { storage } } } }, { namespace, ...merge });

test.concurrent('a claim of a class that allows it grows', async () => {
  const namespace = await cluster.newNamespace('expand');
  await cluster.client.resource(resources.storageClasses).create({ metadata: { name: 'grows' }, provisioner: 'typernetes.io/local-path', allowVolumeExpansion: true, volumeBindingMode: 'Immediate' });
  await cluster.client.resource(resources.persistentVolumeClaims).create({ metadata: { name: 'data', namespace }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'grows', resources: { requests: { storage: '1Gi' } } } });
  await eventually('bound', async () => (await claimOf(namespace)).status?.phase === 'Bound');
  await askFor(namespace, '2Gi');
  const { spec } = await eventually('it has grown', async () => {
    const claim = await claimOf(namespace);
    return claim.status?.capacity?.['storage'] === '2Gi' && claim;
  });
  expect((await cluster.client.resource(resources.persistentVolumes).get(spec?.volumeName ?? '')).spec?.capacity).toEqual({ storage: '2Gi' });
  await eventually('the event', async () => (await messages(namespace, 'VolumeResizeSuccessful')).length);
  await expect(askFor(namespace, '1Gi')).rejects.toThrow('field can not be less than');
}, timeoutMs);

test.concurrent('a driver grows its own volumes', async () => {
  const namespace = await cluster.newNamespace('expand-csi');
  await cluster.client.resource(resources.storageClasses).create({ metadata: { name: `v-${namespace}` }, provisioner: 'csi.example.com', allowVolumeExpansion: true });
  await boundVolume(namespace, 'csi.example.com');
  await askFor(namespace, '2Gi');
  await eventually('the event', async () => (await messages(namespace, 'ExternalExpanding')).includes('waiting for an external controller to expand this PVC'));
  expect((await claimOf(namespace)).status?.capacity).toEqual({ storage: '1Gi' });
}, timeoutMs);
