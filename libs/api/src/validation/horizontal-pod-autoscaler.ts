import { fieldError, validatePathSegmentName, type FieldError } from '@typernetes/machinery';
import type { V2CrossVersionObjectReference, V2HorizontalPodAutoscaler, V2HPAScalingRules, V2MetricSpec, V2MetricTarget } from '../generated/types';
import { compareAmounts } from './amounts';
import { checkRequired, mustBePositive, type Errors } from './checks';
import { checkCounts } from './workload';

const windowSecondsMax = 3600;
const periodSecondsMax = 1800;

/** Types of metrics and the member that each wants. */
const members = { ContainerResource: 'containerResource', External: 'external', Object: 'object', Pods: 'pods', Resource: 'resource' } as const;

function checkReference(out: Errors, field: string, reference: V2CrossVersionObjectReference | undefined): void {
  for (const name of ['kind', 'name'] as const) {
    const value = reference?.[name];
    if (!checkRequired(out, `${field}.${name}`, value)) continue;
    for (const text of validatePathSegmentName(value ?? '')) out.push(fieldError.invalid(`${field}.${name}`, value, text));
  }
}

function checkTarget(out: Errors, field: string, target: V2MetricTarget | undefined): void {
  const types = ['AverageValue', 'Utilization', 'Value'];
  if (!target?.type) out.push(fieldError.required(`${field}.type`, 'must specify a metric target type'));
  else if (!types.includes(target.type)) out.push(fieldError.invalid(`${field}.type`, target.type, "must be either Utilization, Value, or AverageValue"));
  const { value, averageValue, averageUtilization } = target ?? {};
  for (const [name, amount] of Object.entries({ value, averageValue })) {
    if (amount !== undefined && compareAmounts(amount, '0') <= 0) out.push(fieldError.invalid(`${field}.${name}`, amount, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) out.push(fieldError.invalid(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'));
}

/** Resources of pods and containers are asked for as an amount or as a share of what the pods request. */
function checkResourceTarget(out: Errors, field: string, { name, target }: { name: string | undefined; target: V2MetricTarget | undefined }): void {
  if (!name) out.push(fieldError.required(`${field}.name`, 'must specify a resource name'));
  checkTarget(out, `${field}.target`, target);
  const { averageValue, averageUtilization, value } = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined) {
    out.push(fieldError.required(`${field}.target.averageUtilization`, 'must set either a target raw value or a target utilization'));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    out.push(fieldError.forbidden(`${field}.target.averageValue`, 'may not set both a target raw value and a target utilization'));
  }
  if (value !== undefined) out.push(fieldError.forbidden(`${field}.target.value`, 'may not set a target value for this metric type'));
}

function checkMetric(out: Errors, field: string, metric: V2MetricSpec): void {
  const { type, resource, containerResource, pods, object, external } = metric;
  if (!type) {
    out.push(fieldError.required(`${field}.type`, 'must specify a metric source type'));
    return;
  }
  const wanted = members[type as keyof typeof members];
  if (!wanted) {
    out.push(fieldError.notSupported(`${field}.type`, type, Object.keys(members)));
    return;
  }
  if (!metric[wanted]) out.push(fieldError.required(`${field}.${wanted}`, 'must populate information for the given metric source'));
  for (const name of Object.values(members)) {
    if (name !== wanted && metric[name]) out.push(fieldError.forbidden(`${field}.${name}`, 'must populate the given metric source only'));
  }
  if (resource) checkResourceTarget(out, `${field}.resource`, resource);
  if (containerResource) {
    checkRequired(out, `${field}.containerResource.container`, containerResource.container);
    checkResourceTarget(out, `${field}.containerResource`, containerResource);
  }
  for (const [name, source] of Object.entries({ pods, object, external })) {
    if (!source) continue;
    checkRequired(out, `${field}.${name}.metric.name`, source.metric?.name);
    checkTarget(out, `${field}.${name}.target`, source.target);
  }
  if (pods?.target && pods.target.averageValue === undefined) out.push(fieldError.required(`${field}.pods.target.averageValue`, 'must specify a positive target averageValue'));
  if (object) checkReference(out, `${field}.object.describedObject`, object.describedObject);
}

function checkScalingRules(out: Errors, field: string, rules: V2HPAScalingRules | undefined): void {
  if (!rules) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  if (window !== undefined && window < 0) out.push(fieldError.invalid(`${field}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > windowSecondsMax) {
    out.push(fieldError.invalid(`${field}.stabilizationWindowSeconds`, window, `must be less than or equal to ${windowSecondsMax}`));
  }
  const choices = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !choices.includes(selectPolicy)) out.push(fieldError.notSupported(`${field}.selectPolicy`, selectPolicy, choices));
  if (policies.length === 0) out.push(fieldError.required(`${field}.policies`, 'must specify at least one Policy'));
  policies.forEach(({ type, value, periodSeconds }, i) => {
    const path = `${field}.policies[${i}]`;
    if (type !== 'Percent' && type !== 'Pods') out.push(fieldError.notSupported(`${path}.type`, type, ['Percent', 'Pods']));
    if (value <= 0) out.push(fieldError.invalid(`${path}.value`, value, mustBePositive));
    if (periodSeconds <= 0) out.push(fieldError.invalid(`${path}.periodSeconds`, periodSeconds, mustBePositive));
    if (periodSeconds > periodSecondsMax) out.push(fieldError.invalid(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${periodSecondsMax}`));
  });
}

export function validateHorizontalPodAutoscalerCreate({ spec }: V2HorizontalPodAutoscaler): FieldError[] {
  const out: Errors = [];
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics, behavior } = spec ?? {};
  if (minReplicas !== undefined && minReplicas < 1) out.push(fieldError.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) out.push(fieldError.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) out.push(fieldError.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  checkReference(out, 'spec.scaleTargetRef', scaleTargetRef);
  metrics?.forEach((metric, i) => checkMetric(out, `spec.metrics[${i}]`, metric));
  checkScalingRules(out, 'spec.behavior.scaleUp', behavior?.scaleUp);
  checkScalingRules(out, 'spec.behavior.scaleDown', behavior?.scaleDown);
  return out;
}

export const validateHorizontalPodAutoscalerUpdate = (next: V2HorizontalPodAutoscaler, _previous: V2HorizontalPodAutoscaler): FieldError[] =>
  validateHorizontalPodAutoscalerCreate(next);

export function validateHorizontalPodAutoscalerStatusUpdate({ status }: V2HorizontalPodAutoscaler, _previous: V2HorizontalPodAutoscaler): FieldError[] {
  const out: Errors = [];
  checkCounts(out, status, ['currentReplicas', 'desiredReplicas']);
  return out;
}
