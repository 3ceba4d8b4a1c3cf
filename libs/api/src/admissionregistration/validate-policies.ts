import { fieldError, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicySpec, Validation } from '../generated/types';
import { checkOneOf, checkRequired, checkWith, type Errors } from '../validation/checks';
import type { CompiledVariables } from './policy-environment';
import { checkBinding, checkSubject, checkVariables } from './policy-checks';
import { checkExpression, checkVariablesAndConditions } from './policy-expressions';

const reasons = ['Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const actions = ['Audit', 'Deny', 'Warn'];

function checkValidation(out: Errors, field: string, compiled: CompiledVariables, { expression, message, messageExpression, reason }: Partial<Validation>): void {
  checkExpression(out, `${field}.expression`, compiled, { expression, returns: ['bool'] });
  if (message !== undefined && message.trim() === '') out.push(fieldError.invalid(`${field}.message`, message, 'message must be non-empty if specified'));
  if (message?.includes('\n')) out.push(fieldError.invalid(`${field}.message`, message, 'message must not contain line breaks'));
  if (messageExpression) checkExpression(out, `${field}.messageExpression`, compiled, { expression: messageExpression, returns: ['string'] });
  checkOneOf(out, `${field}.reason`, reason, reasons);
}

function checkSpec(out: Errors, spec: ValidatingAdmissionPolicySpec): void {
  checkSubject(out, spec);
  const { validations = [], auditAnnotations = [], variables = [], matchConditions = [] } = spec;
  if (validations.length + auditAnnotations.length === 0) {
    out.push(fieldError.required('spec.validations', 'validations or auditAnnotations must contain at least one item'), fieldError.required('spec.auditAnnotations', 'validations or auditAnnotations must contain at least one item'));
  }
  checkVariables(out, variables);
  if (out.length > 0) return;
  const compiled = checkVariablesAndConditions(out, { variables, matchConditions, ...(spec.paramKind ? { paramKind: spec.paramKind } : {}) });
  validations.forEach((validation, i) => checkValidation(out, `spec.validations[${i}]`, compiled, validation));
  auditAnnotations.forEach(({ key, valueExpression }, i) => {
    if (checkRequired(out, `spec.auditAnnotations[${i}].key`, key)) checkWith(out, `spec.auditAnnotations[${i}].key`, key, validateQualifiedName);
    checkExpression(out, `spec.auditAnnotations[${i}].valueExpression`, compiled, { expression: valueExpression, returns: ['string', 'null'] });
  });
}

export function validateValidatingAdmissionPolicy({ spec }: ValidatingAdmissionPolicy): FieldError[] {
  const out: Errors = [];
  checkSpec(out, spec ?? {});
  return out;
}

export function validateValidatingAdmissionPolicyBinding({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const out: Errors = [];
  const { policyName, paramRef, matchResources, validationActions = [] } = (spec ?? {}) as Partial<ValidatingAdmissionPolicyBinding['spec']>;
  checkBinding(out, { policyName, paramRef, matchResources });
  if (checkRequired(out, 'spec.validationActions', validationActions)) {
    validationActions.forEach((action, i) => {
      checkOneOf(out, `spec.validationActions[${i}]`, action, actions);
      if (validationActions.indexOf(action) < i) out.push(fieldError.duplicate(`spec.validationActions[${i}]`, action));
    });
    if (validationActions.includes('Deny') && validationActions.includes('Warn')) {
      out.push(fieldError.invalid('spec.validationActions', validationActions, 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'));
    }
  }
  return out;
}
