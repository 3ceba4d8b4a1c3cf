import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '@typernetes/api';
import { formatTime, isPodReady, parseTime, setCondition } from '@typernetes/machinery';
import { scaledValue } from '../int-or-percent';

/** An eviction whose pod is still there after this long has failed, and its disruption is given back. */
const deletionMs = 2 * 60_000;

/** How many pods there should be. `scale`: what their controllers ask for together; a number needs to know only the pods. */
export function expectedPods({ spec }: PodDisruptionBudget, podCount: number, scale: () => number): { expected: number; desired: number } {
  if (spec?.maxUnavailable !== undefined) {
    const expected = scale();
    return { expected, desired: Math.max(0, expected - scaledValue(spec.maxUnavailable, expected, 'up')) };
  }
  if (typeof spec?.minAvailable === 'string') {
    const expected = scale();
    return { expected, desired: scaledValue(spec.minAvailable, expected, 'up') };
  }
  return { expected: podCount, desired: spec?.minAvailable ?? 0 };
}

export interface DisruptedPods {
  disruptedPods: Record<string, string>;
  /** Evicted, as it was said, but still there. */
  notDeleted: Pod[];
  /** When the next of them will have taken too long. */
  recheckAfterMs?: number;
}

/** Evictions that are still to be seen. */
export function confirmDisruptions({ status }: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): DisruptedPods {
  const result: DisruptedPods = { disruptedPods: {}, notDeleted: [] };
  for (const pod of pods) {
    const name = pod.metadata?.name ?? '';
    const sinceText = status?.disruptedPods?.[name];
    if (sinceText === undefined || pod.metadata?.deletionTimestamp) continue;
    const leftMs = (parseTime(sinceText) ?? 0) + deletionMs - nowMs;
    if (leftMs < 0) {
      result.notDeleted.push(pod);
      continue;
    }
    result.disruptedPods[name] = sinceText;
    result.recheckAfterMs = Math.min(result.recheckAfterMs ?? leftMs, leftMs);
  }
  return result;
}

export const countHealthy = (pods: readonly Pod[], disrupted: Readonly<Record<string, string>>): number =>
  pods.filter((pod) => isPodReady(pod) && !pod.metadata?.deletionTimestamp && disrupted[pod.metadata?.name ?? ''] === undefined).length;

export interface Counts {
  expected: number;
  desired: number;
  healthy: number;
  disruptedPods: Record<string, string>;
}

export function budgetStatus({ metadata, status }: PodDisruptionBudget, { expected, desired, healthy, disruptedPods }: Counts, nowMs: number): PodDisruptionBudgetStatus {
  const disruptionsAllowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  const observedGeneration = metadata?.generation ?? 0;
  const verdict = disruptionsAllowed > 0 ? { status: 'True', reason: 'SufficientPods' } : { status: 'False', reason: 'InsufficientPods' };
  return {
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    disruptionsAllowed,
    ...(Object.keys(disruptedPods).length ? { disruptedPods } : {}),
    observedGeneration,
    conditions: withDisruptionAllowed(status, { ...verdict, message: '', observedGeneration }, nowMs),
  };
}

/** When it can't be counted nothing may be disrupted. */
export function failedStatus({ metadata, status }: PodDisruptionBudget, message: string, nowMs: number): PodDisruptionBudgetStatus {
  const observedGeneration = metadata?.generation ?? 0;
  const conditions = withDisruptionAllowed(status, { status: 'False', reason: 'SyncFailed', message, observedGeneration }, nowMs);
  return { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status, disruptionsAllowed: 0, conditions };
}

type Conditions = NonNullable<PodDisruptionBudgetStatus['conditions']>;

function withDisruptionAllowed(status: PodDisruptionBudgetStatus | undefined, condition: Omit<Conditions[number], 'type' | 'lastTransitionTime'>, nowMs: number): Conditions {
  return [...setCondition(status?.conditions, { type: 'DisruptionAllowed', lastTransitionTime: formatTime(nowMs), ...condition }, nowMs)];
}

/** The condition that says a pod is about to be disrupted; it is taken back when nothing follows within two minutes. */
export function staleDisruptionTarget({ metadata, status }: Pod, nowMs: number): { untilMs: number } | undefined {
  const condition = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  if (condition?.status !== 'True' || metadata?.deletionTimestamp || status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  return { untilMs: (parseTime(condition.lastTransitionTime ?? '') ?? 0) + deletionMs - nowMs };
}
