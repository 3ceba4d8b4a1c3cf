import type { PersistentVolumeClaim, ResourceV1ResourceClaim } from '@typernetes/api';
import type { NodeInfo } from './node-info';
import type { PodInfo } from './pod-info';

/** Something happened in the cluster after which a pod may fit that did not before. */
export type ClusterEvent =
  | { readonly kind: 'NodeAdd' | 'NodeUpdateAllocatable' | 'NodeUpdateLabel' | 'NodeUpdateTaint' | 'NodeDelete'; readonly node: NodeInfo }
  | { readonly kind: 'AssignedPodAdd'; readonly pod: PodInfo }
  | { readonly kind: 'AssignedPodUpdate'; readonly pod: PodInfo; readonly before: PodInfo }
  /** The node may be gone too. */
  | { readonly kind: 'AssignedPodDelete'; readonly pod: PodInfo; readonly node: NodeInfo | undefined }
  | { readonly kind: 'NamespaceUpdate' }
  | { readonly kind: 'PersistentVolumeClaimAdd' | 'PersistentVolumeClaimUpdate' | 'PersistentVolumeClaimDelete'; readonly claim: PersistentVolumeClaim }
  | { readonly kind: 'PersistentVolumeAdd' | 'PersistentVolumeUpdate' | 'StorageClassAdd' | 'StorageClassUpdate' | 'CSINodeAdd' | 'CSINodeUpdate' | 'VolumeAttachmentDelete' }
  | { readonly kind: 'ResourceClaimAdd' | 'ResourceClaimUpdate' | 'ResourceClaimDelete'; readonly claim: ResourceV1ResourceClaim }
  | { readonly kind: 'ResourceSliceAdd' | 'ResourceSliceUpdate' | 'DeviceClassAdd' | 'DeviceClassUpdate' }
  /** Whoever caused it can't say what it helps: all are tried again. */
  | { readonly kind: 'ForceActivate' };

export type ClusterEventKind = ClusterEvent['kind'];

/** Whether a pod that a plugin turned down may pass it after the event. */
type Hint<K extends ClusterEventKind> = (pod: PodInfo, event: EventOf<K>) => boolean;

/** Several kinds may share a shape, so the shape is found by one of its kinds. */
type EventOf<K extends ClusterEventKind> = ClusterEvent extends infer E ? (E extends { readonly kind: infer Kinds } ? (K extends Kinds ? E : never) : never) : never;

/**
 * Which events may change a plugin's mind (KEP-4247): a pod is tried again only after one of those, and only when the
 * hint says that it may help this pod. Must say yes when in doubt, also where only an eviction would then be possible.
 */
export type QueueingHints = { readonly [K in ClusterEventKind]?: Hint<K> };

export const always = (): boolean => true;
