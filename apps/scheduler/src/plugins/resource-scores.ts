import type { NodeResourcesFitArgs, UtilizationPoint, WeightedResource } from '../config/plugin-args';
import type { NodeInfo } from '../framework/node-info';
import { scoreMax } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';

/** What the pod would leave of a resource on a node. */
export interface Use {
  readonly allocatable: number;
  /** With the pod. */
  readonly requested: number;
}

const shapeScoreMax = 10;

/** The emptier the better. */
export const leastAllocated = ({ allocatable, requested }: Use): number => (requested > allocatable ? 0 : Math.floor(((allocatable - requested) * scoreMax) / allocatable));

/** The fuller the better. */
export const mostAllocated = ({ allocatable, requested }: Use): number => Math.floor((Math.min(requested, allocatable) * scoreMax) / allocatable);

/** As a broken line through the points says; flat before the first and after the last. */
export function brokenLine(points: readonly UtilizationPoint[]): (use: Use) => number {
  const scaled = points.map(({ utilization, score }) => ({ utilization, score: score * (scoreMax / shapeScoreMax) }));
  const at = (utilization: number): number => {
    const next = scaled.findIndex((point) => utilization <= point.utilization);
    const [before, after] = [scaled[next - 1], scaled[next]];
    if (!after) return scaled[scaled.length - 1]?.score ?? 0;
    if (!before) return after.score;
    return before.score + Math.trunc(((after.score - before.score) * (utilization - before.utilization)) / (after.utilization - before.utilization));
  };
  return ({ allocatable, requested }) => (allocatable === 0 || requested > allocatable ? at(100) : at(Math.floor((requested * 100) / allocatable)));
}

/** What requests will be once the pod is there; pods that ask for no cpu or memory count with an assumed amount. Undefined for an extended resource that the pod does not ask for. */
export function useOf({ requests, nonZeroRequests }: PodInfo, node: NodeInfo, name: string): Use | undefined {
  const allocatable = node.allocatable[name] ?? 0;
  if (name === 'cpu' || name === 'memory') return { allocatable, requested: node.nonZeroRequested[name] + nonZeroRequests[name] };
  const amount = requests[name] ?? 0;
  return amount === 0 && name !== 'ephemeral-storage' ? undefined : { allocatable, requested: (node.requested[name] ?? 0) + amount };
}

/** A node's score by one of the strategies of NodeResourcesFitArgs. */
export function resourceScorer({ type, resources, shape }: NodeResourcesFitArgs['scoringStrategy']): (pod: PodInfo, node: NodeInfo) => number {
  const ratio = type === 'RequestedToCapacityRatio' ? brokenLine(shape) : undefined;
  const scoreOf = ratio ?? (type === 'MostAllocated' ? mostAllocated : leastAllocated);
  // By a ratio, resources that score nothing do not pull the others down.
  return (pod, node) => mean(resources, (name) => scoreIn(useOf(pod, node, name), scoreOf), ratio ? (score) => score > 0 : () => true, ratio ? Math.round : Math.floor);
}

function scoreIn(use: Use | undefined, scoreOf: (use: Use) => number): number | undefined {
  return use && use.allocatable > 0 ? scoreOf(use) : undefined;
}

function mean(resources: readonly WeightedResource[], scoreOf: (name: string) => number | undefined, counts: (score: number) => boolean, round: (value: number) => number): number {
  let sum = 0;
  let weights = 0;
  for (const { name, weight } of resources) {
    const score = scoreOf(name);
    if (score === undefined || !counts(score)) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : round(sum / weights);
}
