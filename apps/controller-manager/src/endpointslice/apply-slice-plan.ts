import { resources } from '@typernetes/api';
import { splitKey } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import type { Expectations } from '../expectations';
import type { SlicePlan } from './slice-plan';

/** Carries out a plan; slices that were made count as expected until the cache shows them. */
export async function applySlicePlan({ client, informers }: ControllerContext, expectations: Expectations, key: string, plan: SlicePlan): Promise<void> {
  const { namespace } = splitKey(key);
  const api = client.resource(resources.endpointSlices);
  for (const slice of plan.create) {
    const created = await api.create(slice);
    if (!informers.informer(resources.endpointSlices).get(`${namespace}/${created.metadata?.name}`)) {
      expectations.created(key, created.metadata?.uid ?? '');
    }
  }
  for (const slice of plan.update) await api.update(slice);
  for (const { metadata } of plan.delete) {
    await api.delete(metadata?.name ?? '', { namespace, preconditions: { uid: metadata?.uid } }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  }
}
