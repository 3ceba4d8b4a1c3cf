import type { Job, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { apiErrors, controllerOf, controllerReference, hasReason, isPodActive, selectorFromObject } from '@typernetes/machinery';
import { hasTrackingFinalizer, trackingFinalizer } from './job-facts';
import { jobGvk } from './new-pod';

export interface Claim {
  owned: Pod[];
  adopt: Pod[];
  release: Pod[];
}

/** Which pods are the job's: what it controls and still selects, and orphans that it selects. */
export function planClaim(job: Job, { controlled, candidates }: { controlled: readonly Pod[]; candidates: readonly Pod[] }): Claim {
  const selector = selectorFromObject(job.spec?.selector);
  const matches = ({ metadata }: Pod): boolean => selector.matches(metadata?.labels ?? {});
  if (job.metadata?.deletionTimestamp) return { owned: [...controlled], adopt: [], release: [] };
  return {
    owned: controlled.filter(matches),
    adopt: candidates.filter((pod) => !controllerOf(pod) && isPodActive(pod) && matches(pod)),
    release: controlled.filter((pod) => !matches(pod)),
  };
}

/** Takes orphans under the job's tracking, and lets go of pods that it no longer selects. */
export async function claimPods(client: ApiClient, job: Job, { adopt, release }: Claim): Promise<void> {
  const pods = client.resource(resources.pods);
  const type = 'application/strategic-merge-patch+json';
  if (adopt.length) await assertStillThere(client, job);
  for (const pod of adopt) {
    const { name = '', namespace, uid } = pod.metadata ?? {};
    const finalizers = hasTrackingFinalizer(pod) ? {} : { finalizers: [trackingFinalizer] };
    await pods.patch(name, { metadata: { uid, ownerReferences: [controllerReference(job, jobGvk)], ...finalizers } }, { namespace, type });
  }
  for (const { metadata } of release) {
    const patch = { metadata: { uid: metadata?.uid, ownerReferences: [{ $patch: 'delete', uid: job.metadata?.uid }], '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
    await pods.patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound', 'Conflict', 'Invalid')) throw error;
    });
  }
}

/** A job that is gone already must adopt nothing. */
async function assertStillThere(client: ApiClient, { metadata }: Job): Promise<void> {
  const name = metadata?.name ?? '';
  const fresh = await client.resource(resources.jobs).get(name, { namespace: metadata?.namespace });
  if (fresh.metadata?.uid !== metadata?.uid || fresh.metadata?.deletionTimestamp) {
    throw apiErrors.conflict({ group: 'batch', resource: 'jobs', name }, 'it is being deleted and adopts no pods');
  }
}
