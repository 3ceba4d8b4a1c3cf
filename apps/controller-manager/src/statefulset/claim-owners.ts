import type { PersistentVolumeClaim, Pod, StatefulSet } from '@typernetes/api';
import { controllerReference, type OwnerReference } from '@typernetes/machinery';
import { isInRange, ordinalOf, statefulSetGvk } from './stateful-pod';

const podGvk = { apiVersion: 'v1', kind: 'Pod' };

/** Who a claim goes with by the retention policy (KEP-1847): the set, the pod that is scaled away, or nobody. */
function wantedOwner(set: StatefulSet, pod: Pod): OwnerReference | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const isCondemned = !isInRange(set, ordinalOf(set, pod));
  if (whenScaled === 'Delete' && isCondemned) return controllerReference(pod, podGvk);
  return whenDeleted === 'Delete' ? controllerReference(set, statefulSetGvk) : undefined;
}

const isAbout = (reference: OwnerReference, set: StatefulSet, pod: Pod): boolean =>
  (reference.kind === 'StatefulSet' && reference.name === set.metadata?.name) || (reference.kind === 'Pod' && reference.name === pod.metadata?.name);

/**
 * The claim's owners as the policy wants them; undefined when they are so already, or when the claim is managed by
 * somebody else, whose business it then is.
 */
export function claimOwners(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): OwnerReference[] | undefined {
  const present = claim.metadata?.ownerReferences ?? [];
  const others = present.filter((reference) => !isAbout(reference, set, pod));
  if (others.some(({ controller }) => controller)) return undefined;
  const wanted = wantedOwner(set, pod);
  const ours = present.filter((reference) => isAbout(reference, set, pod));
  const isSame = wanted ? ours.length === 1 && ours[0]?.uid === wanted.uid && ours[0].controller === true : ours.length === 0;
  return isSame ? undefined : [...others, ...(wanted ? [wanted] : [])];
}
