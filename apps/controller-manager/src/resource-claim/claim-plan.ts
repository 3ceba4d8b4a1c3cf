import type { Pod, ResourceClaimConsumerReference, ResourceClaimTemplate, ResourceV1ResourceClaim } from '@typernetes/api';
import { controllerOf, controllerReference, deviceClaimFinalizer, isPodTerminal, podClaimAnnotation } from '@typernetes/machinery';

/** A generated claim, as the template and the pod make it (KEP-4381). Its name is the apiserver's choice. */
export function claimFor(pod: Pod, podClaim: string, { spec: template }: ResourceClaimTemplate): ResourceV1ResourceClaim {
  const { labels, annotations } = template.metadata ?? {};
  const generateName = `${pod.metadata?.name}-${podClaim}-`;
  const metadata = {
    generateName: generateName.length > generatedPrefixMax ? `${pod.metadata?.name?.slice(0, generatedPrefixMax / 2)}-${podClaim.slice(0, generatedPrefixMax / 2 - 2)}-` : generateName,
    namespace: pod.metadata?.namespace,
    ...(labels ? { labels } : {}),
    annotations: { ...annotations, [podClaimAnnotation]: podClaim },
    ownerReferences: [controllerReference(pod, { apiVersion: 'v1', kind: 'Pod' })],
  };
  return { metadata, spec: template.spec };
}

/** A name of 63 characters at most, with five of the apiserver's own. */
const generatedPrefixMax = 58;

/** The name under which the pod of a generated claim knows it. */
export const podClaimOf = ({ metadata }: ResourceV1ResourceClaim): string | undefined => metadata?.annotations?.[podClaimAnnotation];

/** A pod that uses no device any more, and never will. */
export const isOver = (pod: Pod): boolean => isPodTerminal(pod) || (pod.metadata?.deletionTimestamp !== undefined && !pod.spec?.nodeName);

export interface ClaimPlan {
  /** Who still uses it; undefined when that is what its status says. */
  readonly reservedFor?: readonly ResourceClaimConsumerReference[];
  /** The devices go back. */
  readonly deallocate?: boolean;
  /** Nothing is allocated: it need not be kept. */
  readonly unprotect?: boolean;
  /** It was made for a pod that needs it no longer. */
  readonly remove?: boolean;
}

/** @param podOf finds the pod of that name in the claim's namespace; what is another pod of that name is none */
export function planClaim(claim: ResourceV1ResourceClaim, podOf: (name: string, uid: string) => Pod | undefined): ClaimPlan {
  const { reservedFor: users = [], allocation } = claim.status ?? {};
  const isUsing = ({ resource, apiGroup, name, uid }: ResourceClaimConsumerReference): boolean => {
    // Others than pods free it themselves.
    if (resource !== 'pods' || apiGroup) return true;
    const pod = podOf(name, uid);
    return pod !== undefined && !isOver(pod);
  };
  const left = users.filter(isUsing);
  const isProtected = claim.metadata?.finalizers?.includes(deviceClaimFinalizer) === true;
  const isFreed = left.length === 0 && isProtected && (users.length > 0 || claim.metadata?.deletionTimestamp !== undefined);
  const owner = controllerOf(claim);
  const ofPod = owner?.kind === 'Pod' && owner.apiVersion === 'v1' ? owner : undefined;
  const maker = ofPod && podOf(ofPod.name, ofPod.uid);
  return {
    ...(left.length < users.length ? { reservedFor: left } : {}),
    ...(isFreed && allocation ? { deallocate: true } : {}),
    ...(isFreed || (isProtected && !allocation && claim.metadata?.deletionTimestamp !== undefined) ? { unprotect: true } : {}),
    ...(ofPod && (!maker || isOver(maker)) && left.length === 0 && !claim.metadata?.deletionTimestamp ? { remove: true } : {}),
  };
}
