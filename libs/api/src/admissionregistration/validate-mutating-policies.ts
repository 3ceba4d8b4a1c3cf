import { fieldError, type FieldError } from '@typernetes/machinery';
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from '../generated/types';
import { checkOneOf, checkRequired, checkRequiredOneOf, type Errors } from '../validation/checks';
import { checkBinding, checkSubject, checkVariables } from './policy-checks';
import type { CompiledVariables } from './policy-environment';
import { checkExpression, checkVariablesAndConditions } from './policy-expressions';

/** Patch types and the field that holds the expression of each. */
const expressionFields = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;

/** What the expression of each patch type gives. */
export const mutationResults: Readonly<Record<string, string>> = { ApplyConfiguration: 'Object', JSONPatch: 'list<JSONPatch>' };

function checkMutation(out: Errors, field: string, mutation: Partial<Mutation>, compiled: CompiledVariables | undefined): void {
  const { patchType } = mutation;
  checkRequiredOneOf(out, `${field}.patchType`, patchType, Object.keys(expressionFields));
  for (const [type, property] of Object.entries(expressionFields)) {
    const given = mutation[property];
    if (patchType !== type && given) out.push(fieldError.forbidden(`${field}.${property}`, `must not be specified when patchType is ${patchType}`));
    if (patchType !== type) continue;
    if (!given) out.push(fieldError.required(`${field}.${property}`, `must be specified when patchType is ${type}`));
    else if (compiled) checkExpression(out, `${field}.${property}.expression`, compiled, { expression: given.expression, returns: [mutationResults[type] ?? ''] });
    else checkRequired(out, `${field}.${property}.expression`, given.expression?.trim());
  }
}

export function validateMutatingAdmissionPolicy({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const out: Errors = [];
  checkSubject(out, spec);
  const { matchConditions = [], variables = [], mutations = [], reinvocationPolicy } = spec;
  checkVariables(out, variables);
  // Expressions are compiled where what they may speak of is sound.
  const compiled = out.length > 0 ? undefined : checkVariablesAndConditions(out, { variables, matchConditions, ...(spec.paramKind ? { paramKind: spec.paramKind } : {}) }, { isMutating: true });
  if (mutations.length === 0) out.push(fieldError.required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((mutation, i) => checkMutation(out, `spec.mutations[${i}]`, mutation, compiled));
  if (checkRequired(out, 'spec.reinvocationPolicy', reinvocationPolicy)) checkOneOf(out, 'spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never']);
  return out;
}

export function validateMutatingAdmissionPolicyBinding({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] {
  const out: Errors = [];
  checkBinding(out, spec);
  return out;
}
