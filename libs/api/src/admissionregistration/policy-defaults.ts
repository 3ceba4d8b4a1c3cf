import type { MatchResources, MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../generated/types';

function defaultMatch(match: MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}

/** Upstream's SetDefaults_ValidatingAdmissionPolicySpec. */
export function defaultValidatingAdmissionPolicy({ spec }: ValidatingAdmissionPolicy): void {
  if (!spec) return;
  spec.failurePolicy ??= 'Fail';
  defaultMatch(spec.matchConstraints);
}

export function defaultValidatingAdmissionPolicyBinding({ spec }: ValidatingAdmissionPolicyBinding): void {
  defaultMatch(spec?.matchResources);
}

/** Upstream's SetDefaults_MutatingAdmissionPolicySpec. */
export function defaultMutatingAdmissionPolicy({ spec }: MutatingAdmissionPolicy): void {
  if (!spec) return;
  spec.failurePolicy ??= 'Fail';
  defaultMatch(spec.matchConstraints);
}

export function defaultMutatingAdmissionPolicyBinding({ spec }: MutatingAdmissionPolicyBinding): void {
  defaultMatch(spec?.matchResources);
}
