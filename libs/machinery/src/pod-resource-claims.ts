/** A pod's claims for devices (KEP-4381): what it names, and which ResourceClaim stands for it. */
interface PodLike {
  spec?: { resourceClaims?: readonly { name: string; resourceClaimName?: string; resourceClaimTemplateName?: string }[] };
  status?: { resourceClaimStatuses?: readonly { name: string; resourceClaimName?: string }[] };
}

export interface PodResourceClaimUse {
  /** As the pod's containers call it. */
  readonly name: string;
  /** The ResourceClaim in the pod's namespace; undefined when none is needed. */
  readonly claimName: string | undefined;
  /** Made for this pod alone, from a template. */
  readonly isGenerated: boolean;
  /** False until the claim of a template has been made. */
  readonly isKnown: boolean;
}

export function podResourceClaims({ spec, status }: PodLike): PodResourceClaimUse[] {
  return (spec?.resourceClaims ?? []).map(({ name, resourceClaimName }) => {
    if (resourceClaimName) return { name, claimName: resourceClaimName, isGenerated: false, isKnown: true };
    const made = status?.resourceClaimStatuses?.find((one) => one.name === name);
    return { name, claimName: made?.resourceClaimName, isGenerated: true, isKnown: made !== undefined };
  });
}

/** On claims that are allocated, so that they stay while somebody may use their devices. */
export const deviceClaimFinalizer = 'resource.kubernetes.io/delete-protection';

/** On a generated claim: the name by which its pod knows it. */
export const podClaimAnnotation = 'resource.kubernetes.io/pod-claim-name';
