import type { PodDisruptionBudget } from '@typernetes/api';
import { parseTime, selectorFromObject } from '@typernetes/machinery';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import type { PlacedPod } from '../framework/snapshot';
import type { FilterContext } from './fits-node';
import { nodeRejection } from './fits-node';

/** Pods whose end would make room on one node. */
export interface Candidate {
  readonly nodeName: string;
  /** The most important first; never empty. */
  readonly victims: readonly PodInfo[];
  /** How many of them a PodDisruptionBudget would want to keep. */
  readonly violations: number;
}

/** A pod that has not started is as young as can be. */
function startedAt({ pod }: PodInfo): number {
  const { startTime } = pod.status ?? {};
  return (startTime === undefined ? undefined : parseTime(startTime)) ?? Infinity;
}

/** Higher priority first, then who runs longer. */
function byImportance(a: PodInfo, b: PodInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  const [startA, startB] = [startedAt(a), startedAt(b)];
  return startA === startB ? 0 : startA - startB;
}

/**
 * The fewest pods of lower priority that have to leave this node: all at first, then as many as possible stay, protected
 * and important ones before others. The cache is changed for the time of the question.
 */
export function victimsOn(pod: PodInfo, node: NodeInfo, context: FilterContext & { budgets: (namespace: string) => Iterable<PodDisruptionBudget> }): Candidate | Rejection {
  const { snapshot } = context;
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority).sort(byImportance);
  if (!lower.length) return noVictims;
  const lifted = new Map<string, PlacedPod>();
  for (const { uid } of lower) {
    const placed = snapshot.lift(uid);
    if (placed) lifted.set(uid, placed);
  }
  const stays = ({ uid }: PodInfo): boolean => {
    const placed = lifted.get(uid);
    if (!placed) return true;
    snapshot.putBack(placed);
    if (nodeRejection(pod, node, context)) {
      snapshot.lift(uid);
      return false;
    }
    lifted.delete(uid);
    return true;
  };
  try {
    const rejection = nodeRejection(pod, node, context);
    if (rejection) return rejection;
    const { violating, others } = splitByBudgets(lower, context.budgets);
    const violations = violating.filter((victim) => !stays(victim));
    const victims = [...violations, ...others.filter((victim) => !stays(victim))].sort(byImportance);
    return victims.length ? { nodeName: node.name, victims, violations: violations.length } : noVictims;
  } finally {
    for (const placed of lifted.values()) snapshot.putBack(placed);
  }
}

const noVictims: Rejection = { plugin: 'DefaultPreemption', reasons: ['No preemption victims found for incoming pod'], resolvable: true };

/** Pods whose end would leave a budget with less than it asks for, in the order given: the first ones use up what is allowed. */
export function splitByBudgets(pods: readonly PodInfo[], budgetsOf: (namespace: string) => Iterable<PodDisruptionBudget>): { violating: PodInfo[]; others: PodInfo[] } {
  const allowed = new Map<PodDisruptionBudget, number>();
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    let violates = false;
    for (const budget of budgetsOf(info.namespace)) {
      if (!protects(budget, info)) continue;
      const left = (allowed.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1;
      allowed.set(budget, left);
      if (left < 0) violates = true;
    }
    (violates ? violating : others).push(info);
  }
  return { violating, others };
}

/** An empty selector protects nothing here; a pod whose disruption was granted already is not counted twice. */
function protects({ spec, status }: PodDisruptionBudget, { labels, pod }: PodInfo): boolean {
  if (!spec?.selector || status?.disruptedPods?.[pod.metadata?.name ?? '']) return false;
  const selector = selectorFromObject(spec.selector);
  return !selector.isEmpty && selector.matches(labels);
}

/** What hurts least, upstream's criteria in turn: budgets, priority of the most important, sum, number, youngest. */
export function leastHarm(candidates: readonly Candidate[]): Candidate | undefined {
  const criteria: ((candidate: Candidate) => number)[] = [
    ({ violations }) => violations,
    ({ victims }) => victims[0]?.priority ?? 0,
    // Priorities may be negative: shifted, so that more victims always sum up to more.
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
    ({ victims }) => victims.length,
    ({ victims }) => -earliestStart(victims),
  ];
  let best = candidates;
  for (const criterion of criteria) {
    if (best.length <= 1) break;
    const values = best.map(criterion);
    const lowest = values.reduce((low, value) => Math.min(low, value), Infinity);
    best = best.filter((_, i) => values[i] === lowest);
  }
  return best[0];
}

/** Of the most important victims, when the first one started. */
function earliestStart(victims: readonly PodInfo[]): number {
  const highest = victims[0]?.priority;
  return victims.filter(({ priority }) => priority === highest).reduce((earliest, victim) => Math.min(earliest, startedAt(victim)), Infinity);
}
