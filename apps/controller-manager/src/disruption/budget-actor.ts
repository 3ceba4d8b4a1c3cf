import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { EventRecorder, ReconcileResult } from '@typernetes/client';
import { splitKey } from '@typernetes/client';
import { hasReason, selectorFromObject } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { sameStatus } from '../same-status';
import { budgetStatus, confirmDisruptions, countHealthy, expectedPods, failedStatus } from './budget-status';
import type { ScaleReader } from './pod-scale';
import { expectedScale } from './pod-scale';

/** Counts the pods of a budget and writes what it allows. */
export class BudgetActor {
  private readonly events: EventRecorder;

  constructor(
    private readonly context: ControllerContext,
    private readonly scales: ScaleReader,
  ) {
    this.events = context.events('controllermanager');
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { informers, clock } = this.context;
    const budget = informers.informer(resources.podDisruptionBudgets).get(key);
    if (!budget) return undefined;
    const selector = budget.spec?.selector && selectorFromObject(budget.spec.selector);
    const pods = selector ? informers.informer(resources.pods).list(splitKey(key).namespace).filter(({ metadata }) => selector.matches(metadata?.labels ?? {})) : [];
    if (!pods.length) this.record(budget, 'Normal', 'NoPods', 'No matching pods found');
    const { disruptedPods, notDeleted, recheckAfterMs } = confirmDisruptions(budget, pods, clock.now());
    for (const pod of notDeleted) {
      const { namespace, name } = budget.metadata ?? {};
      this.events.record({ type: resources.pods, object: pod }, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`);
    }
    const counts = this.count(budget, pods);
    const status =
      'failure' in counts
        ? failedStatus(budget, counts.failure, clock.now())
        : budgetStatus(budget, { ...counts, healthy: countHealthy(pods, disruptedPods), disruptedPods }, clock.now());
    await this.write(budget, status);
    return recheckAfterMs === undefined ? undefined : { requeueAfterMs: recheckAfterMs };
  }

  private count(budget: PodDisruptionBudget, pods: readonly Pod[]): { expected: number; desired: number } | { failure: string } {
    try {
      return expectedPods(budget, pods.length, () => {
        const { total, unmanaged } = expectedScale(pods, this.scales);
        if (unmanaged.length) {
          const selector = selectorFromObject(budget.spec?.selector).toString();
          const names = unmanaged.map(({ metadata }) => metadata?.name).join(',');
          this.record(budget, 'Warning', 'UnmanagedPods', `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged: ${names}. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`);
        }
        return total;
      });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      this.record(budget, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${failure}`);
      return { failure };
    }
  }

  private async write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    if (sameStatus(status, budget.status)) return;
    try {
      await this.context.client.resource(resources.podDisruptionBudgets).updateStatus({ ...budget, status });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }

  private record(budget: PodDisruptionBudget, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.podDisruptionBudgets, object: budget }, type, reason, message);
  }
}
