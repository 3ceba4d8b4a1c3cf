import type { PersistentVolume, PersistentVolumeClaim } from '../generated/types';

export function defaultPersistentVolumeClaim(claim: PersistentVolumeClaim): void {
  const status = (claim.status ??= {});
  status.phase ||= 'Pending';
  if (claim.spec) claim.spec.volumeMode ||= 'Filesystem';
}

export function defaultPersistentVolume(volume: PersistentVolume): void {
  const status = (volume.status ??= {});
  status.phase ||= 'Pending';
  const { spec } = volume;
  if (!spec) return;
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ||= 'Filesystem';
  if (spec.hostPath) spec.hostPath.type ??= '';
}
