import type { PersistentVolume, PersistentVolumeClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, type InformerFactory } from '@typernetes/client';
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

  /** Calls `changed` when a pod that waits for a volume may find one. */
  onChange(changed: () => void): void {
    for (const informer of [this.claims, this.volumes, this.classes]) informer.onChange({ added: changed, updated: changed, deleted: changed });
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
