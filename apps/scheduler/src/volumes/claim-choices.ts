import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '@typernetes/api';
import { findVolumeFor, hasVolumeAnnotation, storageClassNameOf, volumeAnnotations } from '@typernetes/api';
import { matchesNodeSelectorTerms } from '@typernetes/machinery';

/** A node as volumes look at it. */
export interface VolumeNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is known of volumes when a pod is placed. */
export interface VolumeView {
  claim(key: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  /** Those that no pod before this one was promised. */
  freeVolumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

/** A pod's claims by what they ask of a node. */
export interface PodClaims {
  /** Bound: the node must reach their volumes. */
  readonly bound: readonly PersistentVolumeClaim[];
  /** Bound or made once the pod has a node. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

/** What becomes of a waiting claim on a node. */
export type ClaimChoice = { claim: PersistentVolumeClaim; volume: PersistentVolume } | { claim: PersistentVolumeClaim; volume: undefined };

export const isBound = (claim: PersistentVolumeClaim): boolean => Boolean(claim.spec?.volumeName) && hasVolumeAnnotation(claim, volumeAnnotations.bindCompleted);

/** Sorts the claims, or says why no node at all will do. */
export function sortClaims(keys: readonly string[], view: VolumeView): PodClaims | string {
  const claims: { bound: PersistentVolumeClaim[]; waiting: PersistentVolumeClaim[] } = { bound: [], waiting: [] };
  for (const key of keys) {
    const claim = view.claim(key);
    const name = key.slice(key.indexOf('/') + 1);
    if (!claim) return `persistentvolumeclaim ${JSON.stringify(name)} not found`;
    if (claim.status?.phase === 'Lost') return `persistentvolumeclaim ${JSON.stringify(name)} bound to non-existent persistentvolume ${JSON.stringify(claim.spec?.volumeName ?? '')}`;
    if (claim.metadata?.deletionTimestamp) return `persistentvolumeclaim ${JSON.stringify(name)} is being deleted`;
    if (isBound(claim)) claims.bound.push(claim);
    else if (waitsForConsumer(claim, view)) claims.waiting.push(claim);
    else return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return claims;
}

function waitsForConsumer(claim: PersistentVolumeClaim, view: VolumeView): boolean {
  const name = storageClassNameOf(claim);
  // With a volume's name in it the binder needs no help.
  return !claim.spec?.volumeName && name !== undefined && view.storageClass(name)?.volumeBindingMode === 'WaitForFirstConsumer';
}

function reaches({ spec }: PersistentVolume, node: VolumeNode): boolean {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms;
  return !terms || matchesNodeSelectorTerms(terms, node);
}

/** Whether the provisioner may make a volume for this node (StorageClass.allowedTopologies). */
function mayProvision({ provisioner, allowedTopologies = [] }: StorageClass, { labels }: VolumeNode): boolean {
  if (provisioner === 'kubernetes.io/no-provisioner') return false;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')));
}

/** Upstream's words. */
export const reasons = {
  lost: 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
  affinity: "node(s) didn't match PersistentVolume's node affinity",
  noVolume: "node(s) didn't find available persistent volumes to bind",
} as const;

/** Finds volumes for the waiting claims on a node, or says why the node won't do. */
export function chooseVolumes({ bound, waiting }: PodClaims, node: VolumeNode, view: VolumeView): ClaimChoice[] | string {
  for (const { spec } of bound) {
    const volume = view.volume(spec?.volumeName ?? '');
    if (!volume) return reasons.lost;
    if (!reaches(volume, node)) return reasons.affinity;
  }
  const choices: ClaimChoice[] = [];
  const chosen = new Set<PersistentVolume>();
  for (const claim of waiting) {
    // The choice of an earlier attempt stands: its volume may be under way.
    const selected = claim.metadata?.annotations?.[volumeAnnotations.selectedNode];
    if (selected !== undefined && selected !== node.name) return reasons.affinity;
    const usable = view.freeVolumes().filter((volume) => !chosen.has(volume) && reaches(volume, node));
    const volume = findVolumeFor(claim, usable, false);
    const storageClass = view.storageClass(storageClassNameOf(claim) ?? '');
    if (!volume && !(storageClass && mayProvision(storageClass, node))) return reasons.noVolume;
    if (volume) chosen.add(volume);
    choices.push({ claim, volume });
  }
  return choices;
}
