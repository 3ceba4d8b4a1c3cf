import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../generated/types';

/** Annotations that binder, scheduler and provisioners agree on (upstream's names). */
export const volumeAnnotations = {
  /** On a claim: it has been bound once. */
  bindCompleted: 'pv.kubernetes.io/bind-completed',
  /** On either: the binder chose the other side, not the user. */
  boundByController: 'pv.kubernetes.io/bound-by-controller',
  /** On a volume: who made it. */
  provisionedBy: 'pv.kubernetes.io/provisioned-by',
  /** On a claim: the scheduler's choice of node. */
  selectedNode: 'volume.kubernetes.io/selected-node',
  /** On a claim: who shall make its volume. */
  provisioner: 'volume.kubernetes.io/storage-provisioner',
  betaProvisioner: 'volume.beta.kubernetes.io/storage-provisioner',
  betaClass: 'volume.beta.kubernetes.io/storage-class',
  defaultClass: 'storageclass.kubernetes.io/is-default-class',
  betaDefaultClass: 'storageclass.beta.kubernetes.io/is-default-class',
} as const;

/** The class that a claim or volume names; the older annotation wins. Empty: none; undefined: whatever is the default. */
export function storageClassNameOf({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string | undefined {
  return metadata?.annotations?.[volumeAnnotations.betaClass] ?? spec?.storageClassName;
}

const isDefault = ({ metadata }: StorageClass): boolean =>
  metadata?.annotations?.[volumeAnnotations.defaultClass] === 'true' || metadata?.annotations?.[volumeAnnotations.betaDefaultClass] === 'true';

/** Of several default classes the youngest counts, then the first by name. */
export function chosenStorageClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const created = ({ metadata }: StorageClass): string => metadata?.creationTimestamp ?? '';
  const name = ({ metadata }: StorageClass): string => metadata?.name ?? '';
  const order = (a: StorageClass, b: StorageClass): number => (created(a) === created(b) ? (name(a) < name(b) ? -1 : 1) : created(a) > created(b) ? -1 : 1);
  return classes.filter(isDefault).sort(order)[0];
}

export const hasVolumeAnnotation = ({ metadata }: PersistentVolumeClaim | PersistentVolume, name: string): boolean => metadata?.annotations?.[name] !== undefined;

/** Does the volume name this claim? A reference without uid is a wish that any claim of that name fulfils. */
export function isVolumeReservedFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { claimRef } = spec ?? {};
  return claimRef?.name === metadata?.name && claimRef?.namespace === metadata?.namespace && (!claimRef?.uid || claimRef.uid === metadata?.uid);
}
