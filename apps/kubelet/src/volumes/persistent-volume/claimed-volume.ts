import { chmod, lchown, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '@typernetes/api';
import { isControlledBy, matchesNodeSelectorTerms } from '@typernetes/machinery';
import { hostPathVolume } from '../host-path/host-path';
import type { VolumeContext, VolumeKind } from '../volume-kind';
import type { StorageReader } from './storage-reader';

const provisionedBy = 'pv.kubernetes.io/provisioned-by';
const localProvisioner = 'typernetes.io/local-path';

const claimNameOf = ({ metadata }: Pod, { name, persistentVolumeClaim }: Volume): string => persistentVolumeClaim?.claimName ?? `${metadata?.name}-${name}`;

/** Why the pod can't have the claim; undefined when it can. */
export function claimRefusal(pod: Pod, volume: Volume, claim: PersistentVolumeClaim): string | undefined {
  const { namespace, name, deletionTimestamp } = claim.metadata ?? {};
  if (volume.ephemeral && !isControlledBy(claim, pod)) return `PVC ${namespace}/${name} was not created for pod ${pod.metadata?.namespace}/${pod.metadata?.name} (pod is not owner)`;
  if (deletionTimestamp) return `error processing PVC ${namespace}/${name}: PVC is being deleted`;
  if (claim.status?.phase !== 'Bound' || !claim.spec?.volumeName) return `error processing PVC ${namespace}/${name}: PVC is not bound`;
  return undefined;
}

/** Why the volume can't be mounted on this node; undefined when it can. */
export function volumeRefusal(volume: PersistentVolume, claim: PersistentVolumeClaim, node: ReturnType<StorageReader['node']>): string | undefined {
  const { claimRef, nodeAffinity, volumeMode } = volume.spec ?? {};
  if (claimRef?.uid !== claim.metadata?.uid) return `PV ${volume.metadata?.name} is bound to another claim`;
  if (volumeMode === 'Block') return 'volumes of mode Block are not supported by this kubelet';
  const terms = nodeAffinity?.required?.nodeSelectorTerms;
  return terms && !matchesNodeSelectorTerms(terms, node) ? 'no matching NodeSelectorTerms' : undefined;
}

/** The directory of a volume of the built-in provisioner; it is made on its first use. */
async function provisionedDirectory(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  // Pods of any user write there; what they may beyond that is between them.
  await chmod(dir, 0o777);
  return dir;
}

/** fsGroup: all that is there, and will be, belongs to the group. Done when the root does not belong to it yet. */
async function giveToGroup(dir: string, gid: number): Promise<void> {
  if ((await stat(dir)).gid === gid) return;
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const inside = path.join(dir, entry.name);
    if (entry.isDirectory()) await giveToGroup(inside, gid);
    else await lchown(inside, (await stat(inside)).uid, gid);
  }
  const { uid, mode } = await stat(dir);
  // Last: a root that belongs to the group says that all below does.
  await lchown(dir, uid, gid);
  await chmod(dir, (mode & 0o7777) | 0o2070);
}

async function localDirectory({ pod, storage }: VolumeContext, volume: PersistentVolume): Promise<string> {
  const { name = '', annotations } = volume.metadata ?? {};
  const isOurs = annotations?.[provisionedBy] === localProvisioner;
  const dir = isOurs ? await provisionedDirectory(path.join(storage.localVolumesDir, name)) : (volume.spec?.local?.path ?? '');
  if (!isOurs && !(await stat(dir).catch(() => undefined))) throw new Error(`path ${JSON.stringify(dir)} does not exist`);
  const group = pod.spec?.securityContext?.fsGroup;
  if (group !== undefined) await giveToGroup(dir, group);
  return dir;
}

/** The volume of a claim: a directory of this node. */
export const claimedVolume: VolumeKind = {
  folder: 'kubernetes.io~local-volume',
  handles: ({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim !== undefined || ephemeral !== undefined,
  isReadOnly: ({ persistentVolumeClaim }) => persistentVolumeClaim?.readOnly ?? false,
  async setUp(context) {
    const { pod, volume, storage } = context;
    const claim = await storage.claim(pod.metadata?.namespace ?? '', claimNameOf(pod, volume));
    const refused = claimRefusal(pod, volume, claim);
    if (refused) throw new Error(refused);
    const found = await storage.volume(claim.spec?.volumeName ?? '');
    const why = volumeRefusal(found, claim, storage.node());
    if (why) throw new Error(why);
    const { local, hostPath } = found.spec ?? {};
    if (local) return localDirectory(context, found);
    if (hostPath) return hostPathVolume.setUp({ ...context, volume: { name: volume.name, hostPath } });
    throw new Error(`persistent volumes of this kind are not supported by this kubelet: ${found.metadata?.name}`);
  },
};
