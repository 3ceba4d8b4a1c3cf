import type { Pod, PodDisruptionBudget } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, hasReason, selectorFromObject } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { BudgetActor } from './budget-actor';
import { staleDisruptionTarget } from './budget-status';
import { scaleReader } from './pod-scale';

/** Keeps count of how many pods of each budget may be disrupted. */
export const disruptionController: ControllerDefinition = {
  name: 'disruption-controller',
  setUp(context) {
    const { informers } = context;
    const budgets = informers.informer(resources.podDisruptionBudgets);
    const pods = informers.informer(resources.pods);
    const actor = new BudgetActor(context, scaleReader(informers));
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    const stale = newController(context, 'disruption-stale-pods', (key) => takeBackDisruption(context, key), 1);
    const enqueue = (budget: PodDisruptionBudget): void => loop.enqueue(keyOf(budget));
    budgets.onChange({ added: enqueue, updated: enqueue });
    const enqueueBudgetsOf = (pod: Pod): void => {
      for (const budget of budgets.list(pod.metadata?.namespace)) {
        if (budget.spec?.selector && selectorFromObject(budget.spec.selector).matches(pod.metadata?.labels ?? {})) enqueue(budget);
      }
      if (staleDisruptionTarget(pod, 0)) stale.enqueue(keyOf(pod));
    };
    pods.onChange({
      added: enqueueBudgetsOf,
      updated: (pod, previous) => {
        enqueueBudgetsOf(pod);
        if (pod.metadata?.labels !== previous.metadata?.labels) enqueueBudgetsOf(previous);
      },
      deleted: enqueueBudgetsOf,
    });
    // A new size changes what is expected before any pod does.
    const rescaled = (namespace: string | undefined): void => budgets.list(namespace).forEach(enqueue);
    for (const type of [resources.replicationControllers, resources.replicaSets, resources.deployments, resources.statefulSets]) {
      informers.informer<{ metadata?: Pod['metadata']; spec?: { replicas?: number } }>(type).onChange({
        added: ({ metadata }) => rescaled(metadata?.namespace),
        updated: (next, previous) => {
          if (next.spec?.replicas !== previous.spec?.replicas || controllerOf(next)?.uid !== controllerOf(previous)?.uid) rescaled(next.metadata?.namespace);
        },
        deleted: ({ metadata }) => rescaled(metadata?.namespace),
      });
    }
    return async (signal) => {
      await Promise.all([loop.run(signal), stale.run(signal)]);
    };
  },
};

/** A pod that was to be disrupted, and was not, is a pod like any other again. */
async function takeBackDisruption({ informers, client, clock }: ControllerContext, key: string): Promise<{ requeueAfterMs: number } | undefined> {
  const pod = informers.informer(resources.pods).get(key);
  const stale = pod && staleDisruptionTarget(pod, clock.now());
  if (!pod || !stale) return undefined;
  if (stale.untilMs > 0) return { requeueAfterMs: stale.untilMs };
  const conditions = pod.status?.conditions?.map((condition) =>
    condition.type === 'DisruptionTarget' ? { type: condition.type, status: 'False', lastTransitionTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z') } : condition,
  );
  await client.resource(resources.pods).updateStatus({ ...pod, status: { ...pod.status, conditions } }).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
  return undefined;
}
