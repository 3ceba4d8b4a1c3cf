import type { Pod, PodDisruptionBudget } from '@typernetes/api';
import { failure, isPodReady, selectorFromObject, type ApiError, type KubernetesObject } from '@typernetes/machinery';

/** Evictions that no controller has confirmed; beyond this many something is wrong with it (upstream's limit). */
const disruptedPodsMax = 2000;
/** For a budget that nobody has looked at yet. When a budget is used up nobody knows how long that lasts: clients wait as they think best. */
const retryAfterSeconds = 10;
const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

export type Budget = KubernetesObject & PodDisruptionBudget;

/** A pod that runs nowhere, has ended or is already leaving disrupts nobody. */
export function disruptsNobody({ metadata, status }: KubernetesObject & Pod): boolean {
  const phase = status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || metadata?.deletionTimestamp !== undefined;
}

/** The budget of a pod. @throws ApiError InternalError when there are two: it is not defined which counts */
export function budgetOf(pod: KubernetesObject & Pod, budgets: readonly Budget[]): Budget | undefined {
  const [budget, second] = budgets.filter(({ spec }) => spec?.selector && selectorFromObject(spec.selector).matches(pod.metadata?.labels));
  if (second) throw failure('InternalError', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  return budget;
}

/** A pod that is not ready may go without being counted, as far as its budget's policy says so (KEP-3017). */
export function isUncounted(pod: KubernetesObject & Pod, { spec, status }: Budget): boolean {
  if (isPodReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function tooMany(cause: string, details: { retryAfterSeconds?: number } = {}): ApiError {
  return failure('TooManyRequests', refusal, { ...details, causes: [{ reason: 'DisruptionBudget', message: cause }] });
}

/** The budget with one disruption fewer, which is the pod's. @throws ApiError TooManyRequests, Forbidden */
export function withDisruption(budget: Budget, podName: string, now: string): Budget {
  const { metadata, status } = budget;
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {}, desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  const name = metadata?.name ?? '';
  if (observedGeneration < (metadata?.generation ?? 0)) throw tooMany(`The disruption budget ${name} is still being processed by the server.`, { retryAfterSeconds });
  const forbidden = (why: string): ApiError => failure('Forbidden', `poddisruptionbudgets.policy ${JSON.stringify(name)} is forbidden: ${why}`, { name, group: 'policy', kind: 'poddisruptionbudgets' });
  if (disruptionsAllowed < 0) throw forbidden('pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > disruptedPodsMax) throw forbidden('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (disruptionsAllowed === 0) throw tooMany(`The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`);
  const conditions = disruptionsAllowed === 1 ? exhausted(budget, now) : status?.conditions;
  return {
    ...budget,
    status: { ...status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods: { ...disruptedPods, [podName]: now }, ...(conditions ? { conditions } : {}) },
  };
}

function exhausted({ metadata, status }: Budget, now: string): NonNullable<NonNullable<PodDisruptionBudget['status']>['conditions']> {
  const type = 'DisruptionAllowed';
  const before = status?.conditions?.find((condition) => condition.type === type);
  return [
    ...(status?.conditions ?? []).filter((condition) => condition.type !== type),
    {
      type,
      status: 'False',
      reason: 'InsufficientPods',
      message: '',
      observedGeneration: metadata?.generation ?? 0,
      lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
    },
  ];
}

/** The pod with the condition that says who ends it. */
export function withDisruptionTarget(pod: KubernetesObject & Pod, now: string): KubernetesObject & Pod {
  const type = 'DisruptionTarget';
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== type);
  const condition = { type, status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: now };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
