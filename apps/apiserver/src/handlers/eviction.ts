import { resources, type Pod } from '@typernetes/api';
import { apiErrors, formatTime, type KubernetesObject } from '@typernetes/machinery';
import type { Environment } from '../environment';
import type { Call } from '../pipeline/call';
import type { ObjectReader } from '../pipeline/object-reader';
import type { SubresourceContext, SubresourceHandler } from '../pipeline/subresource';
import { guaranteedUpdate, type Change } from '../store/guaranteed-update';
import { deleteWith } from '../verbs/delete';
import { withDryRun, type DeleteOptions } from '../verbs/delete-options';
import { callOf } from './call-of';
import { budgetOf, disruptsNobody, isUncounted, withDisruption, withDisruptionTarget, type Budget } from './disruption';
import { successStatus } from './success-status';

type Eviction = KubernetesObject & { deleteOptions?: DeleteOptions };

/** POST pods/<name>/eviction: a deletion that a disruption budget may refuse (API documentation "API-initiated Eviction"). */
export function evictionHandler(environment: () => Environment, objects: ObjectReader): SubresourceHandler {
  return {
    call: async (context) => {
      const { name } = context.target;
      const eviction = (context.body ?? {}) as Eviction;
      const named = eviction.metadata?.name;
      if (named && named !== name) throw apiErrors.badRequest('name in URL does not match name in Eviction object');
      const options = eviction.deleteOptions ?? {};
      const call = withDryRun(callOf(environment(), context, { resource: 'pods', name }), options);
      const preconditions = await askBudget({ environment: environment(), objects, context, dryRun: call.dryRun });
      await markDisrupted(call);
      await deleteWith(call, { ...options, preconditions: { ...preconditions, ...options.preconditions } });
      return { code: 201, object: successStatus(201) };
    },
  };
}

/** Who reads the pod's end is told that it was no fault of its own (KEP-3329). */
async function markDisrupted(call: Call): Promise<void> {
  const { environment } = call;
  await guaranteedUpdate(call, environment.stores.of(call.kind), (current): Change => {
    return { type: 'put', next: withDisruptionTarget(current.parse() as KubernetesObject & Pod, formatTime(environment.clock.now())) };
  });
}

interface Question {
  readonly environment: Environment;
  readonly objects: ObjectReader;
  readonly context: SubresourceContext;
  readonly dryRun: boolean;
}

/**
 * Takes one disruption from the pod's budget, if it has one and counts.
 * @returns what must still hold of the pod when it is deleted
 * @throws ApiError TooManyRequests when the budget does not allow it, NotFound when there is no pod
 */
async function askBudget({ environment, objects, context, dryRun }: Question): Promise<NonNullable<DeleteOptions['preconditions']>> {
  const { name, namespace } = context.target;
  const pod: (KubernetesObject & Pod) | undefined = await objects.read(resources.pods, name, namespace);
  if (!pod) throw apiErrors.notFound({ group: '', resource: 'pods', name });
  const { uid } = pod.metadata ?? {};
  const preconditions = uid === undefined ? {} : { uid };
  if (disruptsNobody(pod)) return preconditions;
  const budget = budgetOf(pod, objects.list(resources.podDisruptionBudgets, namespace));
  if (!budget || isUncounted(pod, budget)) return preconditions;
  const call = { ...callOf(environment, context, { resource: 'poddisruptionbudgets', name: budget.metadata?.name ?? '', group: 'policy' }), dryRun };
  await guaranteedUpdate(call, environment.stores.of(call.kind), (current): Change => {
    const next = withDisruption(current.parse() as Budget, name, formatTime(environment.clock.now()));
    return { type: 'put', next };
  });
  return preconditions;
}
