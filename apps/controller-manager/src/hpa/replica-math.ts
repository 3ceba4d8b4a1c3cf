import type { Pod } from '@typernetes/api';
import { findCondition, parseTime, podContainerRequests, quantityToNumber } from '@typernetes/machinery';

/** What a pod was seen to use: thousandths of the metric's unit. */
export interface PodMetric {
  value: number;
  timestampMs: number;
  windowMs: number;
}
export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** How far the use may be from its target before anything is done, as a share. */
export interface Tolerances {
  up: number;
  down: number;
}

/** A number of pods that a metric asks for; `usage` is in thousandths (per pod), `utilization` in per cent of the request. */
export interface Proposal {
  replicas: number;
  utilization?: number;
  usage: number;
}

/** The metrics say nothing that could be used: reason and text of the condition ScalingActive. */
export class MetricError extends Error {}

/** A pod's CPU use just after its start is that of starting. */
const cpuInitializationMs = 5 * 60_000;
/** A pod that was never ready for longer than this after its start is not starting any more. */
const initialReadinessDelayMs = 30_000;

const noMetrics = 'did not receive metrics for targeted pods (pods might be unready)';

export interface PodGroups {
  ready: number;
  unready: string[];
  missing: string[];
  /** Metrics of pods that count. */
  metrics: Map<string, number>;
}

/** Sorts the pods by what their figures are worth (API documentation "Horizontal Pod Autoscaling", algorithm details). */
export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string | undefined, nowMs: number): PodGroups {
  const groups: PodGroups = { ready: 0, unready: [], missing: [], metrics: new Map() };
  for (const pod of pods) {
    const name = pod.metadata?.name ?? '';
    const phase = pod.status?.phase;
    if (pod.metadata?.deletionTimestamp || phase === 'Failed' || phase === 'Succeeded') continue;
    const metric = metrics.get(name);
    if (phase === 'Pending') groups.unready.push(name);
    else if (!metric) groups.missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, metric, nowMs)) groups.unready.push(name);
    else {
      groups.ready++;
      groups.metrics.set(name, metric.value);
    }
  }
  return groups;
}

function isStarting({ status }: Pod, metric: PodMetric, nowMs: number): boolean {
  const ready = findCondition(status?.conditions, 'Ready');
  const startedMs = parseTime(status?.startTime ?? '');
  if (!ready || startedMs === undefined) return true;
  const changedMs = parseTime(ready.lastTransitionTime ?? '') ?? 0;
  if (startedMs + cpuInitializationMs > nowMs) return ready.status === 'False' || metric.timestampMs < changedMs + metric.windowMs;
  return ready.status === 'False' && startedMs + initialReadinessDelayMs > changedMs;
}

export const isWithin = (ratio: number, { up, down }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** Guards against figures like 2.0000000000000004, which would cost a pod. */
const ceil = (value: number): number => Math.ceil(Number(value.toFixed(9)));

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

interface RatioInput {
  current: number;
  groups: PodGroups;
  tolerances: Tolerances;
  /** Use divided by target, over the pods in the map. */
  ratioOf(metrics: ReadonlyMap<string, number>): number;
  /** What a pod without figures counts as when fewer pods are wanted: as much as it may use. */
  assumed(name: string): number;
}

/** Pods without figures, and those that start, are counted so that they dampen the change. */
function replicasFor({ current, groups, tolerances, ratioOf, assumed }: RatioInput): number {
  const ratio = ratioOf(groups.metrics);
  const isRising = ratio > 1;
  const countsUnready = groups.unready.length > 0 && isRising;
  if (!countsUnready && groups.missing.length === 0) return isWithin(ratio, tolerances) ? current : ceil(ratio * groups.ready);
  const metrics = new Map(groups.metrics);
  if (ratio !== 1) for (const name of groups.missing) metrics.set(name, isRising ? 0 : assumed(name));
  if (countsUnready) for (const name of groups.unready) metrics.set(name, 0);
  const damped = ratioOf(metrics);
  if (isWithin(damped, tolerances) || (ratio < 1 && damped > 1) || (isRising && damped < 1)) return current;
  const replicas = ceil(damped * metrics.size);
  const isBackwards = (damped < 1 && replicas > current) || (damped > 1 && replicas < current);
  return isBackwards ? current : replicas;
}

/** Thousandths that each pod requests. @throws MetricError when a container requests nothing */
function requestsOf(pods: readonly Pod[], resource: string, container: string | undefined): Map<string, number> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const name = pod.metadata?.name ?? '';
    for (const each of pod.spec?.containers ?? []) {
      if ((container === undefined || each.name === container) && each.resources?.requests?.[resource] === undefined && pod.spec?.resources?.requests?.[resource] === undefined) {
        throw new MetricError(`missing request for ${resource} in container ${each.name} of Pod ${name}`);
      }
    }
    const own = pod.spec?.containers.find((each) => each.name === container)?.resources?.requests?.[resource];
    const whole = pod.spec?.resources?.requests?.[resource] ?? podContainerRequests(pod)[resource];
    requests.set(name, quantityToNumber((container === undefined ? whole : own) ?? '0', 'milli'));
  }
  return requests;
}

export interface MetricInput {
  /** What the target says now (spec.replicas of its scale). */
  current: number;
  pods: readonly Pod[];
  metrics: PodMetrics;
  tolerances: Tolerances;
  nowMs: number;
}

/** Pods for a share of what they request. @throws MetricError */
export function utilizationReplicas(input: MetricInput, resource: string, target: number, container?: string): Proposal {
  const groups = groupPods(input.pods, input.metrics, resource, input.nowMs);
  if (groups.metrics.size === 0) throw new MetricError(noMetrics);
  const requests = requestsOf(input.pods, resource, container);
  const utilizationOf = (metrics: ReadonlyMap<string, number>): number => (sum(metrics.values()) * 100) / (sum([...metrics.keys()].map((name) => requests.get(name) ?? 0)) || 1);
  const replicas = replicasFor({
    ...input,
    groups,
    ratioOf: (metrics) => Math.trunc(utilizationOf(metrics)) / target,
    assumed: (name) => ((requests.get(name) ?? 0) * Math.max(100, target)) / 100,
  });
  return { replicas, utilization: Math.trunc(utilizationOf(groups.metrics)), usage: Math.trunc(sum(groups.metrics.values()) / groups.metrics.size) };
}

/** Pods for an average in thousandths. @throws MetricError */
export function averageReplicas(input: MetricInput, target: number, resource?: string): Proposal {
  const groups = groupPods(input.pods, input.metrics, resource, input.nowMs);
  if (groups.metrics.size === 0) throw new MetricError(noMetrics);
  const usageOf = (metrics: ReadonlyMap<string, number>): number => Math.trunc(sum(metrics.values()) / (metrics.size || 1));
  return { replicas: replicasFor({ ...input, groups, ratioOf: (metrics) => usageOf(metrics) / target, assumed: () => target }), usage: usageOf(groups.metrics) };
}

/** Pods for one value of the whole (object and external metrics): as many times what is ready as the value exceeds its target. */
export function valueReplicas({ current, pods, tolerances, value, target }: { current: number; pods: readonly Pod[]; tolerances: Tolerances; value: number; target: number }): Proposal {
  const ratio = value / target;
  if (current === 0) return { replicas: ceil(ratio), usage: value };
  if (isWithin(ratio, tolerances)) return { replicas: current, usage: value };
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && findCondition(pod.status.conditions, 'Ready')?.status === 'True').length;
  return { replicas: ceil(ratio * ready), usage: value };
}

/** Pods for a share per pod of one value of the whole. */
export function sharedValueReplicas({ current, statusReplicas, tolerances, value, target }: { current: number; statusReplicas: number; tolerances: Tolerances; value: number; target: number }): Proposal {
  const ratio = value / (target * statusReplicas || 1);
  const replicas = statusReplicas > 0 && isWithin(ratio, tolerances) ? current : ceil(value / target);
  return { replicas, usage: Math.ceil(value / (statusReplicas || 1)) };
}
