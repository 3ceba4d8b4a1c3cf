import { createHash } from 'node:crypto';
import type { Node, PersistentVolume, VolumeAttachment } from '@typernetes/api';

/** How nodes call a volume of a driver, in their status. */
export const uniqueVolumeName = (driver: string, volumeHandle: string): string => `kubernetes.io/csi/${driver}^${volumeHandle}`;

export const uniqueNameOf = ({ spec }: PersistentVolume): string | undefined => (spec?.csi ? uniqueVolumeName(spec.csi.driver, spec.csi.volumeHandle) : undefined);

/** Upstream's name, which drivers' attachers and kubelets work out themselves. */
export const attachmentName = (volumeHandle: string, driver: string, nodeName: string): string => `csi-${createHash('sha256').update(`${volumeHandle}${driver}${nodeName}`).digest('hex')}`;

/** May the volume be on several nodes at once? */
export const isShareable = ({ spec }: PersistentVolume): boolean => (spec?.accessModes ?? []).some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');

export interface AttachPlan {
  /** Nodes that are to get it. */
  readonly attach: readonly string[];
  /** Nodes that wait until another one has given it back. */
  readonly blocked: readonly string[];
  readonly detach: readonly VolumeAttachment[];
}

/** Where a volume is to be, and where it is. A volume for one node moves when nobody uses it there any more. */
export function planAttachments(volume: PersistentVolume | undefined, wantedNodes: readonly string[], attachments: readonly VolumeAttachment[]): AttachPlan {
  const wanted = volume ? [...new Set(wantedNodes)].sort() : [];
  const present = new Set(attachments.map(({ spec }) => spec.nodeName));
  const detach = attachments.filter(({ spec, metadata }) => !wanted.includes(spec.nodeName) && !metadata?.deletionTimestamp);
  const missing = wanted.filter((nodeName) => !present.has(nodeName));
  if (!volume || isShareable(volume)) return { attach: missing, blocked: [], detach };
  // The first one wins, by name: the others are told.
  return present.size > 0 ? { attach: [], blocked: missing, detach } : { attach: missing.slice(0, 1), blocked: missing.slice(1), detach };
}

const outOfService = 'node.kubernetes.io/out-of-service';

/** How long a node that is not healthy is waited for before its volumes are taken from it: upstream's maxWaitForUnmountDuration. */
export const maxWaitForUnmountMs = 6 * 60_000;

/** Whether the node may still write to the volume, so that it must not be detached yet. */
export function mustWait(node: Node | undefined, volumeName: string, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }): boolean {
  if (!node?.status?.volumesInUse?.includes(volumeName)) return false;
  if (node.spec?.taints?.some(({ key }) => key === outOfService)) return false;
  const isHealthy = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return isHealthy === true || nowMs - sinceMs < maxWaitForUnmountMs;
}
