import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { isPodTerminal } from '@typernetes/machinery';
import { newController, type ControllerContext, type ControllerDefinition } from '../context';
import { claimKeysOf, indexByClaim, podsOfClaim } from '../persistent-volumes/pods-by-claim';
import { VolumeAttacher } from './volume-attacher';

/** Asks the drivers of CSI volumes, by VolumeAttachments, to bring volumes to the nodes of the pods that use them, and to take them back. */
export const attachDetachController: ControllerDefinition = {
  name: 'persistentvolume-attach-detach-controller',
  setUp(context) {
    const { informers } = context;
    const pods = informers.informer(resources.pods);
    const volumes = informers.informer(resources.persistentVolumes);
    const claims = informers.informer(resources.persistentVolumeClaims);
    const attacher = new VolumeAttacher(context);
    indexByClaim(pods);
    // One worker: a node's status lists the volumes of many.
    const loop = newController(context, this.name, (name) => attacher.reconcile(name, usersOf(context, name)), 1);
    const enqueue = (name: string | undefined): void => {
      if (name) loop.enqueue(name);
    };
    const claimSeen = ({ spec }: PersistentVolumeClaim): void => enqueue(spec?.volumeName);
    const podSeen = (pod: Pod): void => {
      if (pod.spec?.nodeName) for (const key of claimKeysOf(pod)) enqueue(claims.get(key)?.spec?.volumeName);
    };
    pods.onChange({ added: podSeen, updated: podSeen, deleted: podSeen });
    claims.onChange({ added: claimSeen, updated: claimSeen });
    const volumeSeen = ({ metadata, spec }: PersistentVolume): void => {
      if (spec?.csi) enqueue(metadata?.name);
    };
    volumes.onChange({ added: volumeSeen, updated: volumeSeen, deleted: volumeSeen });
    followAttachments(context, enqueue);
    return (signal) => loop.run(signal);
  },
};

function followAttachments({ informers }: ControllerContext, enqueue: (name: string | undefined) => void): void {
  const attachments = informers.informer(resources.volumeAttachments);
  const seen = ({ spec }: VolumeAttachment): void => enqueue(spec.source.persistentVolumeName);
  attachments.onChange({ added: seen, updated: seen, deleted: seen });
  const ofNode = ({ metadata }: Node): void => attachments.list().filter(({ spec }) => spec.nodeName === metadata?.name).forEach(seen);
  informers.informer(resources.nodes).onChange({
    updated: (node, previous) => {
      if (node.status?.volumesInUse?.join() !== previous.status?.volumesInUse?.join() || node.spec?.taints?.length !== previous.spec?.taints?.length) ofNode(node);
    },
    deleted: ofNode,
  });
}

/** Pods with a node that use the volume, by its claim. */
function usersOf({ informers }: ControllerContext, name: string): Pod[] {
  const { claimRef } = informers.informer(resources.persistentVolumes).get(name)?.spec ?? {};
  if (!claimRef) return [];
  const key = `${claimRef.namespace}/${claimRef.name}`;
  const claim = informers.informer(resources.persistentVolumeClaims).get(key);
  if (claim?.spec?.volumeName !== name || claim.metadata?.uid !== claimRef.uid) return [];
  return podsOfClaim(informers.informer(resources.pods), keyOf(claim)).filter((pod) => pod.spec?.nodeName && !isPodTerminal(pod));
}
