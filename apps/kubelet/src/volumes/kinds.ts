import { configMapVolume } from './config-map/config-map';
import { downwardApiVolume } from './downward-api/downward-api';
import { emptyDirVolume } from './empty-dir/empty-dir';
import { hostPathVolume } from './host-path/host-path';
import { claimedVolume } from './persistent-volume/claimed-volume';
import { projectedVolume } from './projected/projected';
import { secretVolume } from './secret/secret';
import type { VolumeKind } from './volume-kind';

/** A volume that names no source is an emptyDir by default. */
export const volumeKinds: readonly VolumeKind[] = [emptyDirVolume, hostPathVolume, secretVolume, configMapVolume, downwardApiVolume, projectedVolume, claimedVolume];
