import type { AllocationResult, Pod, ResourceV1ResourceClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { deviceClaimFinalizer, hasReason } from '@typernetes/machinery';

/** Most users of one claim, upstream's. */
export const reservedForMax = 256;

const conflictsMax = 5;

export const isReservedFor = ({ status }: ResourceV1ResourceClaim, uid: string): boolean => status?.reservedFor?.some((user) => user.uid === uid) === true;

/**
 * Writes down that the pod uses the claim, and what it got if it had nothing yet. A claim is kept by a finalizer before
 * anything is allocated for it.
 *
 * @throws StatusError when somebody else was faster
 */
export async function reserve(client: ApiClient, claim: ResourceV1ResourceClaim, pod: Pod, allocation?: AllocationResult): Promise<ResourceV1ResourceClaim> {
  const claims = client.resource(resources.resourceClaims);
  const user = { resource: 'pods', name: pod.metadata?.name ?? '', uid: pod.metadata?.uid ?? '' };
  const change = async (current: ResourceV1ResourceClaim): Promise<ResourceV1ResourceClaim> => {
    if (isReservedFor(current, user.uid)) return current;
    const kept = allocation ? await protect(client, current) : current;
    const reservedFor = [...(kept.status?.reservedFor ?? []), user];
    return claims.updateStatus({ ...kept, status: { ...kept.status, ...(allocation ? { allocation } : {}), reservedFor } });
  };
  // An allocation is made for what was looked at. To become a further user, any version will do.
  return allocation ? change(claim) : retried(client, claim, change);
}

async function protect(client: ApiClient, claim: ResourceV1ResourceClaim): Promise<ResourceV1ResourceClaim> {
  const finalizers = claim.metadata?.finalizers ?? [];
  if (finalizers.includes(deviceClaimFinalizer)) return claim;
  return client.resource(resources.resourceClaims).update({ ...claim, metadata: { ...claim.metadata, finalizers: [...finalizers, deviceClaimFinalizer] } });
}

/** The pod did not get its node: it uses the claim no longer. What is allocated stays, for its next try. */
export function unreserve(client: ApiClient, claim: ResourceV1ResourceClaim, uid: string): Promise<ResourceV1ResourceClaim> {
  return retried(client, claim, async (current) => {
    if (!isReservedFor(current, uid)) return current;
    return client.resource(resources.resourceClaims).updateStatus({ ...current, status: { ...current.status, reservedFor: current.status?.reservedFor?.filter((user) => user.uid !== uid) } });
  });
}

/** Gives devices back that no node can use for the pod, and that nobody else uses. */
export function deallocate(client: ApiClient, claim: ResourceV1ResourceClaim): Promise<ResourceV1ResourceClaim> {
  const { allocation: _allocation, reservedFor: _reservedFor, devices: _devices, ...status } = claim.status ?? {};
  return client.resource(resources.resourceClaims).updateStatus({ ...claim, status });
}

async function retried(client: ApiClient, claim: ResourceV1ResourceClaim, change: (current: ResourceV1ResourceClaim) => Promise<ResourceV1ResourceClaim>): Promise<ResourceV1ResourceClaim> {
  const { name = '', namespace } = claim.metadata ?? {};
  for (let current = claim, i = 0; ; i++) {
    try {
      return await change(current);
    } catch (error) {
      if (i >= conflictsMax || !hasReason(error, 'Conflict')) throw error;
      current = await client.resource(resources.resourceClaims).get(name, { namespace });
    }
  }
}
