import type { PersistentVolumeClaim, Volume } from '@typernetes/api';
import { always } from '../framework/cluster-event';
import type { Rejection, SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import type { VolumeView } from './claim-choices';

const name = 'VolumeRestrictions';
const diskInUse: Rejection = { plugin: name, reasons: ['node(s) had no available disk'], resolvable: true };
const claimInUse: Rejection = { plugin: name, reasons: ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'], resolvable: true };

/** A disk that a node can mount for one pod only, or for several that only read. */
interface Disk {
  /** Two disks are one when one of these is equal. */
  readonly ids: readonly string[];
  /** Sharing it is fine when both pods only read. */
  readonly readOnly: boolean;
}

function diskOf({ gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi, rbd }: Volume): Disk | undefined {
  if (gce) return { ids: [`gce ${gce.pdName}`], readOnly: gce.readOnly ?? false };
  if (aws) return { ids: [`aws ${aws.volumeID}`], readOnly: false };
  if (iscsi) return { ids: [`iscsi ${iscsi.iqn}`], readOnly: iscsi.readOnly ?? false };
  if (rbd) return { ids: rbd.monitors.map((monitor) => `rbd ${monitor} ${rbd.pool ?? 'rbd'} ${rbd.image}`), readOnly: rbd.readOnly ?? false };
  return undefined;
}

const disksOf = ({ pod }: PodInfo): Disk[] => (pod.spec?.volumes ?? []).flatMap((volume) => diskOf(volume) ?? []);

const collide = (a: Disk, b: Disk): boolean => !(a.readOnly && b.readOnly) && a.ids.some((id) => b.ids.includes(id));

const isExclusive = (claim: PersistentVolumeClaim | undefined): boolean => claim?.spec?.accessModes?.includes('ReadWriteOncePod') === true;

/** Volumes that not every number of pods may use at once: disks of one writer, and claims of one pod (KEP-2485). */
export function volumeRestrictions(view: Pick<VolumeView, 'claim'>): SchedulerPlugin {
  return {
    name,
    hints: {
      NodeAdd: (pod) => disksOf(pod).length > 0,
      AssignedPodDelete: (waiting, { pod }) => waiting.claims.some((key) => pod.claims.includes(key)) || disksOf(waiting).some((disk) => disksOf(pod).some((other) => collide(disk, other))),
      PersistentVolumeClaimAdd: always,
      PersistentVolumeClaimUpdate: always,
    },
    prepareFilter(pod, snapshot) {
      if (pod.claims.some((key) => snapshot.claimUsers(key) > 0 && isExclusive(view.claim(key)))) return () => claimInUse;
      const disks = disksOf(pod);
      if (!disks.length) return undefined;
      return (node) => {
        for (const other of node.pods.values()) {
          if (disksOf(other).some((used) => disks.some((disk) => collide(disk, used)))) return diskInUse;
        }
        return undefined;
      };
    },
  };
}
