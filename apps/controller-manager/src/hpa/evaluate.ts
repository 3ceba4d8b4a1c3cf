import type { Pod, V2HorizontalPodAutoscaler, V2MetricSpec, V2MetricStatus, V2MetricTarget, V2MetricValueStatus } from '@typernetes/api';
import { formatQuantity, quantityToNumber, type Quantity } from '@typernetes/machinery';
import type { MetricsSource } from './metrics-source';
import { averageReplicas, MetricError, sharedValueReplicas, utilizationReplicas, valueReplicas, type MetricInput, type Proposal, type Tolerances } from './replica-math';

/** What a metric came to. */
export interface MetricResult {
  /** As texts and events call it. */
  name: string;
  replicas: number;
  status: V2MetricStatus;
}

export interface ScaleFacts {
  namespace: string;
  /** spec.replicas and status.replicas of the target's scale. */
  current: number;
  statusReplicas: number;
  selector: string;
  pods: readonly Pod[];
  tolerances: Tolerances;
  nowMs: number;
}

/** The metrics together. */
export type Verdict =
  | { ok: true; replicas: number; metric: string; statuses: V2MetricStatus[] }
  | { ok: false; reason: string; message: string; error: string; statuses: V2MetricStatus[] };

const quantityOf = (milli: number): string => {
  const quantity: Quantity = { nanos: BigInt(Math.trunc(milli)) * 1_000_000n, format: 'DecimalSI' };
  return formatQuantity(quantity);
};
const milli = (text: string | undefined): number => quantityToNumber(text ?? '0', 'milli');

const averageStatus = ({ usage, utilization }: Proposal): V2MetricValueStatus => ({ ...(utilization === undefined ? {} : { averageUtilization: utilization }), averageValue: quantityOf(usage) });

async function resourceMetric(source: MetricsSource, facts: ScaleFacts, metric: { name: string; target: V2MetricTarget; container?: string }): Promise<{ name: string; proposal: Proposal }> {
  const { name, target, container } = metric;
  const word = container === undefined ? 'resource' : 'container resource';
  const metrics = await source.usage(facts.namespace, facts.selector, name, container).catch((error: unknown) => {
    throw error instanceof MetricError ? new MetricError(`unable to get metrics for resource ${name}: ${error.message}`) : error;
  });
  const input: MetricInput = { ...facts, metrics };
  if (target.averageValue !== undefined) return { name: `${name} ${word}`, proposal: averageReplicas(input, milli(target.averageValue), name) };
  if (target.averageUtilization === undefined) throw new MetricError('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
  return { name: `${name} ${word} utilization (percentage of request)`, proposal: utilizationReplicas(input, name, target.averageUtilization, container) };
}

/** Object and external metrics: one value, to be reached as a whole or shared by the pods. */
function wholeMetric(facts: ScaleFacts, value: number, target: V2MetricTarget): { proposal: Proposal; current: V2MetricValueStatus } {
  if (target.averageValue !== undefined) {
    const proposal = sharedValueReplicas({ ...facts, value, target: milli(target.averageValue) });
    return { proposal, current: { averageValue: quantityOf(proposal.usage) } };
  }
  if (target.value === undefined) throw new MetricError('invalid metric source: neither a value target nor an average value target was set');
  const proposal = valueReplicas({ ...facts, value, target: milli(target.value) });
  return { proposal, current: { value: quantityOf(value) } };
}

async function evaluateOne(source: MetricsSource, facts: ScaleFacts, { type, resource, containerResource, pods, object, external }: V2MetricSpec): Promise<MetricResult> {
  if (type === 'Resource' && resource) {
    const { name, proposal } = await resourceMetric(source, facts, resource);
    return { name, replicas: proposal.replicas, status: { type, resource: { name: resource.name, current: averageStatus(proposal) } } };
  }
  if (type === 'ContainerResource' && containerResource) {
    const { name, proposal } = await resourceMetric(source, facts, containerResource);
    const { container } = containerResource;
    return { name, replicas: proposal.replicas, status: { type, containerResource: { container, name: containerResource.name, current: averageStatus(proposal) } } };
  }
  if (type === 'Pods' && pods) {
    const metrics = await source.podMetric(facts.namespace, facts.selector, pods.metric);
    const proposal = averageReplicas({ ...facts, metrics }, milli(pods.target.averageValue));
    return { name: `pods metric ${pods.metric.name}`, replicas: proposal.replicas, status: { type, pods: { metric: pods.metric, current: averageStatus(proposal) } } };
  }
  if (type === 'Object' && object) {
    const { describedObject, metric, target } = object;
    const value = await source.objectMetric(facts.namespace, { resource: `${describedObject.kind.toLowerCase()}s`, name: describedObject.name }, metric);
    const { proposal, current } = wholeMetric(facts, value, target);
    return { name: `${describedObject.kind} metric ${metric.name}`, replicas: proposal.replicas, status: { type, object: { describedObject, metric, current } } };
  }
  if (type === 'External' && external) {
    const { metric, target } = external;
    const { proposal, current } = wholeMetric(facts, await source.externalMetric(facts.namespace, metric), target);
    return { name: `external metric ${metric.name}`, replicas: proposal.replicas, status: { type, external: { metric, current } } };
  }
  throw new MetricError(`unknown metric source type ${JSON.stringify(type)}`);
}

/** Reason of the failure, and what could not be got. */
function failureOf({ type, resource, containerResource, pods, object, external }: V2MetricSpec): { reason: string; what: string } {
  switch (type) {
    case 'Resource':
      return { reason: 'FailedGetResourceMetric', what: `failed to get ${resource?.name} ${resource?.target.averageValue === undefined ? 'utilization' : 'usage'}` };
    case 'ContainerResource':
      return { reason: 'FailedGetContainerResourceMetric', what: `failed to get ${containerResource?.name} container metric value` };
    case 'Pods':
      return { reason: 'FailedGetPodsMetric', what: `failed to get pods metric value ${pods?.metric.name}` };
    case 'Object':
      return { reason: 'FailedGetObjectMetric', what: `failed to get object metric value ${object?.metric.name}` };
    case 'External':
      return { reason: 'FailedGetExternalMetric', what: `failed to get ${external?.metric.name} external metric value` };
    default:
      return { reason: 'InvalidMetricSourceType', what: `unknown metric source type ${JSON.stringify(type)}` };
  }
}

/**
 * The largest number that a metric asks for. Where some can't be got the others may still scale up, but not down: the
 * missing one might want more.
 */
export async function evaluateMetrics(autoscaler: V2HorizontalPodAutoscaler, facts: ScaleFacts, source: MetricsSource): Promise<Verdict> {
  const metrics = autoscaler.spec?.metrics ?? [];
  const results: MetricResult[] = [];
  let failure: { reason: string; what: string; why: string } | undefined;
  let invalid = 0;
  for (const metric of metrics) {
    try {
      results.push(await evaluateOne(source, facts, metric));
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      invalid++;
      failure ??= { ...failureOf(metric), why: error.message };
    }
  }
  const statuses = results.map(({ status }) => status);
  const best = results.reduce<MetricResult | undefined>((most, each) => (!most || each.replicas > most.replicas ? each : most), undefined);
  if (best && !(failure && best.replicas < facts.current)) return { ok: true, replicas: best.replicas, metric: best.name, statuses };
  const { reason = 'InvalidMetrics', what = 'no metrics', why = '' } = failure ?? {};
  const message = `the HPA was unable to compute the replica count: ${what}: ${why}`;
  return { ok: false, reason, message, error: `invalid metrics (${invalid} invalid out of ${metrics.length}), first error is: ${what}: ${why}`, statuses };
}
