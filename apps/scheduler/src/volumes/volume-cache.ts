import type { PersistentVolume, PersistentVolumeClaim, VolumeAttachment } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, type InformerFactory } from '@typernetes/client';
import type { ClusterEvent } from '../framework/cluster-event';
import type { AttachmentView } from './node-volume-limits';

/** Volumes, claims and classes as the API has them, and volumes that were promised since. */
export class VolumeCache implements AttachmentView {
  private readonly claims;
  private readonly volumes;
  private readonly classes;
  private readonly nodes;
  private readonly attachments;
  private readonly attached = new Map<string, Set<string>>();
  /** Volume to the claim that it was promised to, until the API shows it. */
  private readonly promised = new Map<string, string>();

  constructor(informers: InformerFactory) {
    this.claims = informers.informer(resources.persistentVolumeClaims);
    this.volumes = informers.informer(resources.persistentVolumes);
    this.classes = informers.informer(resources.storageClasses);
    this.nodes = informers.informer(resources.csiNodes);
    this.attachments = informers.informer(resources.volumeAttachments);
    this.attachments.onChange({
      added: (attachment) => this.countAttachment(attachment, true),
      deleted: (attachment) => this.countAttachment(attachment, false),
    });
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
    this.nodes.onChange({ added: () => happened({ kind: 'CSINodeAdd' }), updated: () => happened({ kind: 'CSINodeUpdate' }) });
    this.attachments.onChange({ deleted: () => happened({ kind: 'VolumeAttachmentDelete' }) });
    this.volumes.onChange({ added: () => happened({ kind: 'PersistentVolumeAdd' }), updated: () => happened({ kind: 'PersistentVolumeUpdate' }) });
    this.classes.onChange({ added: () => happened({ kind: 'StorageClassAdd' }), updated: () => happened({ kind: 'StorageClassUpdate' }) });
  }

  claim = (key: string): PersistentVolumeClaim | undefined => this.claims.get(key);

  volume = (name: string): PersistentVolume | undefined => this.volumes.get(name);

  storageClass = (name: string) => this.classes.get(name);

  csiNode = (name: string) => this.nodes.get(name);

  attachedTo(nodeName: string): string[] {
    return [...(this.attached.get(nodeName) ?? [])].flatMap((name) => {
      const csi = this.volume(name)?.spec?.csi;
      return csi ? [`${csi.driver}/${csi.volumeHandle}`] : [];
    });
  }

  private countAttachment({ spec }: VolumeAttachment, isThere: boolean): void {
    const { nodeName, source } = spec;
    const volume = source.persistentVolumeName;
    if (!volume) return;
    let names = this.attached.get(nodeName);
    if (!names) this.attached.set(nodeName, (names = new Set()));
    if (isThere) names.add(volume);
    else names.delete(volume);
    if (names.size === 0) this.attached.delete(nodeName);
  }

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
