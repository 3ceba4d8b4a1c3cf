/** What mutating and validating policies have in common. */
import { fieldError, validateLabelSelector } from '@typernetes/machinery';
import type { MatchResources, MutatingAdmissionPolicyBindingSpec, MutatingAdmissionPolicySpec, Variable } from '../generated/types';
import { checkOneOf, checkRequired, type Errors } from '../validation/checks';
import { checkRule } from './validate-rules';

function checkMatch(out: Errors, field: string, { resourceRules = [], excludeResourceRules = [], matchPolicy, namespaceSelector, objectSelector }: MatchResources): void {
  resourceRules.forEach((rule, i) => checkRule(out, `${field}.resourceRules[${i}]`, rule));
  excludeResourceRules.forEach((rule, i) => checkRule(out, `${field}.excludeResourceRules[${i}]`, rule));
  checkOneOf(out, `${field}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact']);
  out.push(...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`), ...validateLabelSelector(objectSelector, `${field}.objectSelector`));
}

/** What a policy is about, and what becomes of a request when it fails. */
export function checkSubject(out: Errors, { failurePolicy, paramKind, matchConstraints }: Pick<MutatingAdmissionPolicySpec, 'failurePolicy' | 'paramKind' | 'matchConstraints'>): void {
  checkOneOf(out, 'spec.failurePolicy', failurePolicy, ['Fail', 'Ignore']);
  if (paramKind) {
    checkRequired(out, 'spec.paramKind.apiVersion', paramKind.apiVersion);
    checkRequired(out, 'spec.paramKind.kind', paramKind.kind);
  }
  if (!matchConstraints) {
    out.push(fieldError.required('spec.matchConstraints'));
    return;
  }
  checkMatch(out, 'spec.matchConstraints', matchConstraints);
  checkRequired(out, 'spec.matchConstraints.resourceRules', matchConstraints.resourceRules);
}

export function checkVariables(out: Errors, variables: readonly Partial<Variable>[]): void {
  variables.forEach(({ name, expression }, i) => {
    if (checkRequired(out, `spec.variables[${i}].name`, name) && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name ?? '')) out.push(fieldError.invalid(`spec.variables[${i}].name`, name, 'name is not a valid CEL identifier'));
    checkRequired(out, `spec.variables[${i}].expression`, expression);
  });
}

export function checkBinding(out: Errors, { policyName, paramRef, matchResources }: MutatingAdmissionPolicyBindingSpec): void {
  checkRequired(out, 'spec.policyName', policyName);
  if (paramRef) {
    const { name, selector, parameterNotFoundAction } = paramRef;
    if ((name === undefined) === (selector === undefined)) out.push(fieldError.forbidden('spec.paramRef.name', 'name and selector are mutually exclusive, and one of them is required'));
    if (checkRequired(out, 'spec.paramRef.parameterNotFoundAction', parameterNotFoundAction)) checkOneOf(out, 'spec.paramRef.parameterNotFoundAction', parameterNotFoundAction, ['Allow', 'Deny']);
    if (selector) out.push(...validateLabelSelector(selector, 'spec.paramRef.selector'));
  }
  if (matchResources) checkMatch(out, 'spec.matchResources', matchResources);
}
