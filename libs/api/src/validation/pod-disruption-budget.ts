import { fieldError, validateLabelSelector, type FieldError } from '@typernetes/machinery';
import type { PodDisruptionBudget } from '../generated/types';
import { checkOneOf, type Errors } from './checks';
import { checkAtMost100Percent, checkIntOrPercent } from './int-or-percent';
import { checkCounts } from './workload';

export function validatePodDisruptionBudgetCreate({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const out: Errors = [];
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    out.push(fieldError.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue;
    checkIntOrPercent(out, `spec.${name}`, value);
    checkAtMost100Percent(out, `spec.${name}`, value);
  }
  out.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  checkOneOf(out, 'spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget']);
  return out;
}

export const validatePodDisruptionBudgetUpdate = (next: PodDisruptionBudget, _previous: PodDisruptionBudget): FieldError[] => validatePodDisruptionBudgetCreate(next);

export function validatePodDisruptionBudgetStatusUpdate({ status }: PodDisruptionBudget, _previous: PodDisruptionBudget): FieldError[] {
  const out: Errors = [];
  checkCounts(out, status, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']);
  return out;
}
