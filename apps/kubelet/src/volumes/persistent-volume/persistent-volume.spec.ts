import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@typernetes/api';
import { apiErrors, systemClock } from '@typernetes/machinery';
import type { VolumeContext } from '../volume-kind';
import { claimedVolume } from './claimed-volume';
import { removeLostVolumes } from './local-volumes';
import type { StorageReader } from './storage-reader';

const name = 'pvc-0b6a9c3e-1d2f-4a5b-8c7d-9e0f1a2b3c4d';
const notFound = (): Error => apiErrors.notFound({ group: '', resource: 'persistentvolumes', name: 'x' });
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 't8s-pv-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const pod: Pod = { metadata: { name: 'web', namespace: 'ns', uid: 'p' }, spec: { containers: [] } };
const claim = (changes: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({ metadata: { name: 'data', namespace: 'ns', uid: 'c' }, spec: { volumeName: name }, status: { phase: 'Bound' }, ...changes });
const onNode = (hostname: string): PersistentVolume['spec'] => ({
  claimRef: { uid: 'c' },
  local: { path: `/var/lib/kubelet/local-volumes/${name}` },
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [hostname] }] }] } },
});
const provisioned = (spec: PersistentVolume['spec'] = onNode('n1')): PersistentVolume => ({ metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': 'typernetes.io/local-path' } }, spec });

function context(given: PersistentVolumeClaim, volume: PersistentVolume, source: object = { persistentVolumeClaim: { claimName: 'data' } }): VolumeContext {
  const storage: StorageReader = {
    claim: (namespace, claimName) => (namespace === 'ns' && claimName === given.metadata?.name ? Promise.resolve(given) : Promise.reject(notFound())),
    volume: () => Promise.resolve(volume),
    node: () => ({ name: 'n1', labels: { 'kubernetes.io/hostname': 'n1' } }),
    localVolumesDir: dir,
  };
  return { pod, volume: { name: 'v', ...source }, dir: '/nowhere', storage, clock: systemClock } as VolumeContext;
}

test('the directory of a provisioned volume is made, and found again', async () => {
  const made = await claimedVolume.setUp(context(claim(), provisioned()));
  expect(made).toBe(path.join(dir, name));
  expect((await stat(made)).mode & 0o777).toBe(0o777);
  await mkdir(path.join(made, 'kept'));
  await claimedVolume.setUp(context(claim(), provisioned()));
  expect(await readdir(made)).toEqual(['kept']);
});

test('volumes that an administrator has made', async () => {
  const local = (at: string): PersistentVolume => ({ metadata: { name: 'own' }, spec: { ...onNode('n1'), local: { path: at } } });
  expect(await claimedVolume.setUp(context(claim(), local(dir)))).toBe(dir);
  await expect(claimedVolume.setUp(context(claim(), local(`${dir}/none`)))).rejects.toThrow(`path "${dir}/none" does not exist`);
  const hostPath = { metadata: { name: 'own' }, spec: { claimRef: { uid: 'c' }, hostPath: { path: `${dir}/new`, type: 'DirectoryOrCreate' } } };
  expect(await claimedVolume.setUp(context(claim(), hostPath))).toBe(`${dir}/new`);
});

describe('is refused', () => {
  test.each<[string, PersistentVolumeClaim, PersistentVolume, object | undefined, string]>([
    ['an unbound claim', claim({ status: { phase: 'Pending' } }), provisioned(), undefined, 'PVC is not bound'],
    ['a claim that goes', claim({ metadata: { name: 'data', namespace: 'ns', uid: 'c', deletionTimestamp: 'now' } }), provisioned(), undefined, 'PVC is being deleted'],
    ['on another node', claim(), provisioned(onNode('n2')), undefined, 'no matching NodeSelectorTerms'],
    ["another claim's volume", claim(), provisioned({ ...onNode('n1'), claimRef: { uid: 'other' } }), undefined, 'bound to another claim'],
    ['a device', claim(), provisioned({ ...onNode('n1'), volumeMode: 'Block' }), undefined, 'mode Block'],
    ["an ephemeral volume's claim of somebody else", claim({ metadata: { name: 'web-v', namespace: 'ns', uid: 'c' } }), provisioned(), { ephemeral: {} }, 'pod is not owner'],
    ['a network volume', claim(), provisioned({ claimRef: { uid: 'c' }, nfs: { server: 's', path: '/' } }), undefined, 'not supported'],
  ])('%s', (_name, given, volume, source, text) => expect(claimedVolume.setUp(context(given, volume, source))).rejects.toThrow(text));
});

test('directories of volumes that are gone are removed, others stay', async () => {
  const living = name.replace('pvc-0', 'pvc-1');
  const unknown = name.replace('pvc-0', 'pvc-2');
  for (const each of [name, living, unknown, 'notes']) await mkdir(path.join(dir, each));
  const answers: Record<string, () => Promise<PersistentVolume>> = {
    [name]: () => Promise.reject(notFound()),
    [living]: () => Promise.resolve(provisioned()),
    [unknown]: () => Promise.reject(new Error('no connection')),
  };
  const removed = await removeLostVolumes({ localVolumesDir: dir, volume: (each) => answers[each]?.() ?? Promise.reject(notFound()) });
  expect(removed).toEqual([name]);
  expect((await readdir(dir)).sort()).toEqual(['notes', living, unknown].sort());
});
