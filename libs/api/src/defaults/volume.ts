import type { DownwardAPIVolumeFile, Volume } from '../generated/types';
import { defaultPullPolicy } from './container';

/** rw-r--r-- */
const fileMode = 0o644;
const tokenExpirationSeconds = 3600;

function defaultDownwardFiles(items: DownwardAPIVolumeFile[] | undefined): void {
  for (const { fieldRef } of items ?? []) if (fieldRef) fieldRef.apiVersion ||= 'v1';
}

function hasSource(volume: Volume): boolean {
  for (const key in volume) if (key !== 'name' && volume[key as keyof Volume] !== undefined) return true;
  return false;
}

/** A volume that names no source is an empty directory. */
export function defaultVolume(volume: Volume): void {
  if (!hasSource(volume)) volume.emptyDir = {};
  if (volume.configMap) volume.configMap.defaultMode ??= fileMode;
  if (volume.secret) volume.secret.defaultMode ??= fileMode;
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= fileMode;
    defaultDownwardFiles(volume.downwardAPI.items);
  }
  if (volume.image) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference);
  if (volume.projected) defaultProjected(volume.projected);
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim?.spec) claim.spec.volumeMode ??= 'Filesystem';
  defaultBlockSources(volume);
}

function defaultProjected(projected: NonNullable<Volume['projected']>): void {
  projected.defaultMode ??= fileMode;
  for (const { serviceAccountToken, downwardAPI } of projected.sources ?? []) {
    if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= tokenExpirationSeconds;
    defaultDownwardFiles(downwardAPI?.items);
  }
}

/** Sources of other systems' disks: they can be stored, though no node here can mount them. */
function defaultBlockSources({ iscsi, rbd, azureDisk, scaleIO }: Volume): void {
  if (iscsi) iscsi.iscsiInterface ||= 'default';
  if (rbd) {
    rbd.pool ||= 'rbd';
    rbd.user ||= 'admin';
    rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.kind ??= 'Shared';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
}
