import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, splitKey } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { claimKeysOf, indexByClaim, podsOfClaim } from '../persistent-volumes/pods-by-claim';
import { protectedFinalizers } from './protection';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';

const ignoreGone = (error: unknown): void => {
  if (!hasReason(error, 'NotFound')) throw error;
};

/** A pod without a node does not count: its kubelet would not start it with a claim that goes. */
const uses = ({ spec }: Pod): boolean => Boolean(spec?.nodeName);

/** Asked before a claim is let go: the cache may not know yet of a pod that has just got its node. */
async function isUsedByPod({ client }: ControllerContext, key: string): Promise<boolean> {
  const { items } = await client.resource(resources.pods).list({ namespace: splitKey(key).namespace });
  return items.some((pod) => uses(pod) && claimKeysOf(pod).includes(key));
}

/** Keeps claims that pods use. */
export const claimProtectionController: ControllerDefinition = {
  name: 'persistentvolumeclaim-protection-controller',
  setUp(context) {
    const { client, informers } = context;
    const claims = informers.informer(resources.persistentVolumeClaims);
    const pods = informers.informer(resources.pods);
    indexByClaim(pods);
    const loop = newController(context, this.name, async (key) => {
      const claim = claims.get(key);
      if (!claim) return;
      const finalizers = protectedFinalizers(claim, claimFinalizer, () => podsOfClaim(pods, key).some(uses));
      if (!finalizers || (claim.metadata?.deletionTimestamp && (await isUsedByPod(context, key)))) return;
      await client.resource(resources.persistentVolumeClaims).update({ ...claim, metadata: { ...claim.metadata, finalizers } }).catch(ignoreGone);
    });
    const enqueue = (claim: PersistentVolumeClaim): void => loop.enqueue(keyOf(claim));
    const released = (pod: Pod): void => claimKeysOf(pod).forEach((key) => claims.get(key)?.metadata?.deletionTimestamp && loop.enqueue(key));
    claims.onChange({ added: enqueue, updated: enqueue });
    pods.onChange({ updated: released, deleted: released });
    return (signal) => loop.run(signal);
  },
};

/** Keeps volumes that are bound to a claim. */
export const volumeProtectionController: ControllerDefinition = {
  name: 'persistentvolume-protection-controller',
  setUp(context) {
    const { client, informers } = context;
    const volumes = informers.informer(resources.persistentVolumes);
    const loop = newController(context, this.name, async (key) => {
      const volume = volumes.get(key);
      const finalizers = volume && protectedFinalizers(volume, volumeFinalizer, () => volume.status?.phase === 'Bound');
      if (!volume || !finalizers) return;
      await client.resource(resources.persistentVolumes).update({ ...volume, metadata: { ...volume.metadata, finalizers } }).catch(ignoreGone);
    });
    const enqueue = (volume: PersistentVolume): void => loop.enqueue(keyOf(volume));
    volumes.onChange({ added: enqueue, updated: enqueue });
    return (signal) => loop.run(signal);
  },
};

const classFinalizer = 'kubernetes.io/vac-protection';

/** Names of the VolumeAttributesClasses that a claim has or is to get. */
const classesOf = ({ spec, status }: PersistentVolumeClaim): string[] =>
  [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName].flatMap((name) => name ?? []);

/** Keeps VolumeAttributesClasses that claims and volumes name (KEP-3751). */
export const volumeAttributesClassProtectionController: ControllerDefinition = {
  name: 'volumeattributesclass-protection-controller',
  setUp(context) {
    const { client, informers } = context;
    const classes = informers.informer(resources.volumeAttributesClasses);
    const claims = informers.informer(resources.persistentVolumeClaims);
    const volumes = informers.informer(resources.persistentVolumes);
    const isUsed = (name: string): boolean => claims.list().some((claim) => classesOf(claim).includes(name)) || volumes.list().some(({ spec }) => spec?.volumeAttributesClassName === name);
    const loop = newController(context, this.name, async (name) => {
      const found = classes.get(name);
      const finalizers = found && protectedFinalizers(found, classFinalizer, () => isUsed(name));
      if (!found || !finalizers) return;
      await client.resource(resources.volumeAttributesClasses).update({ ...found, metadata: { ...found.metadata, finalizers } }).catch(ignoreGone);
    });
    const leaving = (names: readonly string[]): void => names.forEach((name) => classes.get(name)?.metadata?.deletionTimestamp && loop.enqueue(name));
    classes.onChange({ added: ({ metadata }) => loop.enqueue(metadata?.name ?? ''), updated: ({ metadata }) => loop.enqueue(metadata?.name ?? '') });
    claims.onChange({ updated: (_claim, previous) => leaving(classesOf(previous)), deleted: (claim) => leaving(classesOf(claim)) });
    const nameOf = ({ spec }: PersistentVolume): string[] => (spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : []);
    volumes.onChange({ updated: (_volume, previous) => leaving(nameOf(previous)), deleted: (volume) => leaving(nameOf(volume)) });
    return (signal) => loop.run(signal);
  },
};
