import type { KubernetesObject } from '@typernetes/machinery';
import type { Environment } from '../environment';
import type { SubresourceHandler } from '../pipeline/subresource';
import { deleteWith } from '../verbs/delete';
import type { DeleteOptions } from '../verbs/delete-options';
import { callOf } from './call-of';
import { successStatus } from './success-status';

/** POST pods/<name>/eviction: a deletion that a disruption budget may refuse. There are no budgets of any kind to ask yet. */
export function evictionHandler(environment: () => Environment): SubresourceHandler {
  return {
    call: async (context) => {
      const eviction = (context.body ?? {}) as KubernetesObject & { deleteOptions?: DeleteOptions };
      await deleteWith(callOf(environment(), context, { resource: 'pods', name: context.target.name }), eviction.deleteOptions ?? {});
      return { code: 201, object: successStatus(201) };
    },
  };
}
