import { fieldError, validateDns1123Label, type FieldError } from '@typernetes/machinery';
import type { PodTemplate, PriorityClass, RuntimeClass } from '../generated/types';
import { checkTolerations } from './affinity';
import { checkImmutable, checkRequiredOneOf, checkWith, type Errors } from './checks';
import { checkLabels } from './labels';
import { checkPodTemplateSpec } from './pod-spec';
import { checkResourceList } from './resources';

/** The classes that every cluster has, with their values; nobody else's names begin so (API documentation "PriorityClass"). */
export const systemPriorities: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };
const systemPrefix = 'system-';
const userPriorityMax = 1_000_000_000;

export function validatePriorityClassCreate({ metadata, value = 0, preemptionPolicy, globalDefault }: PriorityClass): FieldError[] {
  const out: Errors = [];
  const name = metadata?.name ?? '';
  if (name.startsWith(systemPrefix)) {
    const why = systemNameError({ name, value, isDefault: globalDefault ?? false });
    if (why) out.push(fieldError.forbidden('metadata.name', `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${why}`));
  } else if (value > userPriorityMax) {
    out.push(fieldError.forbidden('value', `maximum allowed value of a user defined priority is ${userPriorityMax}`));
  }
  checkRequiredOneOf(out, 'preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority']);
  return out;
}

function systemNameError({ name, value, isDefault }: { name: string; value: number; isDefault: boolean }): string | undefined {
  const expected = systemPriorities[name];
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (expected !== value) return `value of ${name} PriorityClass must be ${expected}`;
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClassUpdate(next: PriorityClass, previous: PriorityClass): FieldError[] {
  const out: Errors = [];
  if ((next.value ?? 0) !== (previous.value ?? 0)) out.push(fieldError.forbidden('value', 'may not be changed in an update.'));
  checkImmutable(out, 'preemptionPolicy', [next.preemptionPolicy, previous.preemptionPolicy]);
  return out;
}

export function validateRuntimeClassCreate({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const out: Errors = [];
  checkWith(out, 'handler', handler ?? '', validateDns1123Label);
  checkResourceList(out, 'overhead.podFixed', overhead?.podFixed);
  checkLabels(out, 'scheduling.nodeSelector', scheduling?.nodeSelector);
  checkTolerations(out, 'scheduling.tolerations', scheduling?.tolerations);
  return out;
}

export function validateRuntimeClassUpdate(next: RuntimeClass, previous: RuntimeClass): FieldError[] {
  const out: Errors = [];
  checkImmutable(out, 'handler', [next.handler, previous.handler]);
  return out;
}

export function validatePodTemplateCreate({ template }: PodTemplate): FieldError[] {
  const out: Errors = [];
  checkPodTemplateSpec(out, 'template', template ?? {});
  return out;
}

export const validatePodTemplateUpdate = (next: PodTemplate, _previous: PodTemplate): FieldError[] => validatePodTemplateCreate(next);
