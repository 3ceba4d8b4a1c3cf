import type { CSINode } from '@typernetes/api';
import { always } from '../framework/cluster-event';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection, SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import { storageClassNameOf } from '@typernetes/api';
import type { VolumeView } from './claim-choices';
import { usesClaim } from './uses-claim';

const name = 'NodeVolumeLimits';
const tooMany: Rejection = { plugin: name, reasons: ['node(s) exceed max volume count'], resolvable: true };

/** What is known of drivers on nodes. */
export interface AttachmentView extends VolumeView {
  csiNode(name: string): CSINode | undefined;
  /** Volumes that are attached to a node, with or without a pod that uses them. */
  attachedTo(nodeName: string): readonly string[];
}

/** A volume of a CSI driver. */
export interface CsiVolume {
  readonly driver: string;
  /** Of the volume or, while there is none, of the claim. */
  readonly id: string;
}

/** Volumes of CSI drivers that a pod's claims have, or will have. */
export function csiVolumesOf({ claims }: PodInfo, view: VolumeView): CsiVolume[] {
  return claims.flatMap((key) => {
    const claim = view.claim(key);
    if (!claim) return [];
    const volumeName = claim.spec?.volumeName;
    if (volumeName) {
      const csi = view.volume(volumeName)?.spec?.csi;
      return csi ? [{ driver: csi.driver, id: `${csi.driver}/${csi.volumeHandle}` }] : [];
    }
    const driver = view.storageClass(storageClassNameOf(claim) ?? '')?.provisioner;
    return driver ? [{ driver, id: `${driver}/${key}` }] : [];
  });
}

function limitsOf(csiNode: CSINode | undefined): Map<string, number> {
  const drivers = csiNode?.spec.drivers ?? [];
  return new Map(drivers.flatMap(({ name: driver, allocatable }) => (allocatable?.count === undefined ? [] : [[driver, allocatable.count]])));
}

/** A node takes only as many volumes of a driver as the driver says there (CSINode). */
export function nodeVolumeLimits(view: AttachmentView): SchedulerPlugin {
  const fits = (wanted: readonly CsiVolume[], node: NodeInfo): boolean => {
    const limits = limitsOf(view.csiNode(node.name));
    const limited = wanted.filter(({ driver }) => limits.has(driver));
    if (!limited.length) return true;
    const used = new Set(view.attachedTo(node.name));
    for (const pod of node.pods.values()) for (const { id } of csiVolumesOf(pod, view)) used.add(id);
    return [...limits].every(([driver, limit]) => {
      const more = new Set(limited.filter((volume) => volume.driver === driver && !used.has(volume.id)).map(({ id }) => id));
      // Nothing new: what is there already takes no further place.
      if (!more.size) return true;
      const already = [...used].filter((id) => id.startsWith(`${driver}/`)).length;
      return already + more.size <= limit;
    });
  };
  return {
    name,
    hints: {
      NodeAdd: always,
      CSINodeAdd: always,
      CSINodeUpdate: always,
      VolumeAttachmentDelete: always,
      AssignedPodDelete: (_, { pod }) => pod.claims.length > 0,
      PersistentVolumeClaimAdd: usesClaim,
      PersistentVolumeClaimUpdate: usesClaim,
    },
    prepareFilter(pod) {
      const wanted = csiVolumesOf(pod, view);
      if (!wanted.length) return undefined;
      return (node) => (fits(wanted, node) ? undefined : tooMany);
    },
  };
}
