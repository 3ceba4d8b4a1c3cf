import type { PersistentVolume, PersistentVolumeClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, type InformerFactory } from '@typernetes/client';
import type { ClusterEvent } from '../framework/cluster-event';
import type { VolumeView } from './claim-choices';

/** Volumes, claims and classes as the API has them, and volumes that were promised since. */
export class VolumeCache implements VolumeView {
  private readonly claims;
  private readonly volumes;
  private readonly classes;
  /** Volume to the claim that it was promised to, until the API shows it. */
  private readonly promised = new Map<string, string>();

  constructor(informers: InformerFactory) {
    this.claims = informers.informer(resources.persistentVolumeClaims);
    this.volumes = informers.informer(resources.persistentVolumes);
    this.classes = informers.informer(resources.storageClasses);
    this.volumes.onChange({
      updated: (volume) => (volume.spec?.claimRef ? this.release(volume) : undefined),
      deleted: (volume) => this.release(volume),
    });
  }

  /** Tells of what may help a pod that waits for a volume. */
  onChange(happened: (event: ClusterEvent) => void): void {
    this.claims.onChange({
      added: (claim) => happened({ kind: 'PersistentVolumeClaimAdd', claim }),
      updated: (claim) => happened({ kind: 'PersistentVolumeClaimUpdate', claim }),
      deleted: (claim) => happened({ kind: 'PersistentVolumeClaimDelete', claim }),
    });
    this.volumes.onChange({ added: () => happened({ kind: 'PersistentVolumeAdd' }), updated: () => happened({ kind: 'PersistentVolumeUpdate' }) });
    this.classes.onChange({ added: () => happened({ kind: 'StorageClassAdd' }), updated: () => happened({ kind: 'StorageClassUpdate' }) });
  }

  claim = (key: string): PersistentVolumeClaim | undefined => this.claims.get(key);

  volume = (name: string): PersistentVolume | undefined => this.volumes.get(name);

  storageClass = (name: string) => this.classes.get(name);

  freeVolumes(): readonly PersistentVolume[] {
    return this.volumes.list().filter(({ metadata }) => !this.promised.has(metadata?.name ?? ''));
  }

  promise(volume: PersistentVolume, claim: PersistentVolumeClaim): void {
    this.promised.set(volume.metadata?.name ?? '', keyOf(claim));
  }

  release({ metadata }: PersistentVolume): void {
    this.promised.delete(metadata?.name ?? '');
  }
}
