import type { NodeResourcesFitArgs, UtilizationPoint, WeightedResource } from '../config/plugin-args';
import type { NodeInfo } from '../framework/node-info';
import { scoreMax } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';

const shapeScoreMax = 10;

/** The emptier the better. */
export const leastAllocated = (allocatable: number, requested: number): number => (requested > allocatable ? 0 : Math.floor(((allocatable - requested) * scoreMax) / allocatable));

/** The fuller the better. */
export const mostAllocated = (allocatable: number, requested: number): number => Math.floor((Math.min(requested, allocatable) * scoreMax) / allocatable);

/** As a broken line through the points says; flat before the first and after the last. */
export function brokenLine(points: readonly UtilizationPoint[]): (allocatable: number, requested: number) => number {
  const scaled = points.map(({ utilization, score }) => ({ utilization, score: score * (scoreMax / shapeScoreMax) }));
  const at = (utilization: number): number => {
    const next = scaled.findIndex((point) => utilization <= point.utilization);
    const [before, after] = [scaled[next - 1], scaled[next]];
    if (!after) return scaled[scaled.length - 1]?.score ?? 0;
    if (!before) return after.score;
    return before.score + Math.trunc(((after.score - before.score) * (utilization - before.utilization)) / (after.utilization - before.utilization));
  };
  return (allocatable, requested) => (allocatable === 0 || requested > allocatable ? at(100) : at(Math.floor((requested * 100) / allocatable)));
}

/** What requests will be once the pod is there; pods that ask for no cpu or memory count with an assumed amount. */
function requestedWith({ requests, nonZeroRequests }: PodInfo, node: NodeInfo, name: string): number {
  if (name === 'cpu' || name === 'memory') return node.nonZeroRequested[name] + nonZeroRequests[name];
  return (node.requested[name] ?? 0) + (requests[name] ?? 0);
}

const alwaysCounted = ['cpu', 'memory', 'ephemeral-storage'];

/** A pod's score on a node by one of the strategies of NodeResourcesFitArgs. Extended resources that the pod does not ask for do not count. */
export function resourceScorer({ type, resources, shape }: NodeResourcesFitArgs['scoringStrategy']): (pod: PodInfo) => (node: NodeInfo) => number {
  const ratio = type === 'RequestedToCapacityRatio' ? brokenLine(shape) : undefined;
  const scoreOf = ratio ?? (type === 'MostAllocated' ? mostAllocated : leastAllocated);
  return (pod) => {
    const counted = resources.filter(({ name }) => alwaysCounted.includes(name) || pod.requests[name]);
    return (node) => mean(counted, pod, node, { scoreOf, isRatio: ratio !== undefined });
  };
}

interface Scoring {
  readonly scoreOf: (allocatable: number, requested: number) => number;
  /** By a ratio, resources that score nothing do not pull the others down. */
  readonly isRatio: boolean;
}

/** Runs for every feasible node of every pod: no objects are made here. */
function mean(resources: readonly WeightedResource[], pod: PodInfo, node: NodeInfo, { scoreOf, isRatio }: Scoring): number {
  let sum = 0;
  let weights = 0;
  for (const { name, weight } of resources) {
    const allocatable = node.allocatable[name] ?? 0;
    if (allocatable === 0) continue;
    const score = scoreOf(allocatable, requestedWith(pod, node, name));
    if (isRatio && score === 0) continue;
    sum += score * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return isRatio ? Math.round(sum / weights) : Math.floor(sum / weights);
}
