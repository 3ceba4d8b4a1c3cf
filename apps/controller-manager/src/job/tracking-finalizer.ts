import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import { trackingFinalizer } from './job-facts';

/** Lets go of a pod; one that is gone needs no more. */
export async function removeTracking(client: ApiClient, { metadata }: Pod): Promise<void> {
  const patch = { metadata: { uid: metadata?.uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
  try {
    await client.resource(resources.pods).patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type: 'application/strategic-merge-patch+json' });
  } catch (error) {
    // Invalid: a pod of the same name, but another uid.
    if (!hasReason(error, 'NotFound', 'Conflict', 'Invalid')) throw error;
  }
}
