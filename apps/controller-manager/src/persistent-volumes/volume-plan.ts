import type { PersistentVolume, PersistentVolumeClaim } from '@typernetes/api';
import { hasVolumeAnnotation, volumeAnnotations } from '@typernetes/api';

export type VolumeStep =
  | { do: 'phase'; phase: 'Available' | 'Bound' }
  /** The other side is about to be written. */
  | { do: 'wait' }
  /** Its claim has gone: what follows is the reclaim policy's. */
  | { do: 'release'; policy: string }
  /** The claim was bound to another volume in the meantime: this one is free again. */
  | { do: 'unbind'; claimRef: NonNullable<NonNullable<PersistentVolume['spec']>['claimRef']> | undefined };

/**
 * What has to happen to a volume (API documentation "Persistent Volumes", phase).
 *
 * @param claim the claim that its claimRef names; undefined when there is none of that name and uid
 */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumeStep {
  const { claimRef, persistentVolumeReclaimPolicy = 'Retain' } = volume.spec ?? {};
  if (!claimRef?.uid) return { do: 'phase', phase: 'Available' };
  if (!claim || claim.metadata?.uid !== claimRef.uid) return { do: 'release', policy: persistentVolumeReclaimPolicy };
  if (!claim.spec?.volumeName) return { do: 'wait' };
  if (claim.spec.volumeName === volume.metadata?.name) return { do: 'phase', phase: 'Bound' };
  if (hasVolumeAnnotation(volume, volumeAnnotations.provisionedBy) && persistentVolumeReclaimPolicy === 'Delete') return { do: 'release', policy: 'Delete' };
  if (hasVolumeAnnotation(volume, volumeAnnotations.boundByController)) return { do: 'unbind', claimRef: undefined };
  const { uid: _uid, resourceVersion: _version, ...wish } = claimRef;
  return { do: 'unbind', claimRef: wish };
}
