import { fieldError, selectorFromMap, type FieldError } from '@typernetes/machinery';
import type { PodTemplateSpec, ReplicationController } from '../generated/types';
import { checkNotNegative, type Errors } from './checks';
import { checkLabels } from './labels';
import { checkPodTemplateSpec } from './pod-spec';

/** The template must make pods that the controller finds again, and that stay. */
function checkTemplate(out: Errors, template: PodTemplateSpec | undefined, selector: Record<string, string>): void {
  const field = 'spec.template';
  if (!template) {
    out.push(fieldError.required(field));
    return;
  }
  const labels = template.metadata?.labels;
  if (Object.keys(selector).length > 0 && !selectorFromMap(selector).matches(labels)) {
    out.push(fieldError.invalid(`${field}.metadata.labels`, labels ?? {}, '`selector` does not match template `labels`'));
  }
  checkPodTemplateSpec(out, field, template);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy && restartPolicy !== 'Always') out.push(fieldError.notSupported(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    out.push(fieldError.forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicationController is not Supported'));
  }
}

export function validateReplicationControllerCreate({ spec = {} }: ReplicationController): FieldError[] {
  const out: Errors = [];
  const selector = spec.selector ?? {};
  checkNotNegative(out, 'spec.minReadySeconds', spec.minReadySeconds);
  checkLabels(out, 'spec.selector', spec.selector);
  if (Object.keys(selector).length === 0) out.push(fieldError.required('spec.selector'));
  checkNotNegative(out, 'spec.replicas', spec.replicas);
  checkTemplate(out, spec.template, selector);
  return out;
}

export function validateReplicationControllerUpdate(next: ReplicationController, _previous: ReplicationController): FieldError[] {
  return validateReplicationControllerCreate(next);
}

export function validateReplicationControllerStatusUpdate({ status }: ReplicationController, _previous: ReplicationController): FieldError[] {
  const out: Errors = [];
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0, observedGeneration } = status ?? {};
  checkNotNegative(out, 'status.replicas', replicas);
  checkNotNegative(out, 'status.fullyLabeledReplicas', fullyLabeledReplicas);
  checkNotNegative(out, 'status.readyReplicas', readyReplicas);
  checkNotNegative(out, 'status.availableReplicas', availableReplicas);
  checkNotNegative(out, 'status.observedGeneration', observedGeneration);
  const parts = { fullyLabeledReplicas, readyReplicas, availableReplicas };
  for (const [name, count] of Object.entries(parts)) {
    if (count > replicas) out.push(fieldError.invalid(`status.${name}`, count, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) out.push(fieldError.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  return out;
}
