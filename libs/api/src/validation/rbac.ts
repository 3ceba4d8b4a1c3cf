import { fieldError, validateDns1123Subdomain, validateLabelSelector, validatePathSegmentName, type FieldError } from '@typernetes/machinery';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, RbacV1Subject, Role, RoleBinding } from '../generated/types';
import { checkRequired, checkWith, sameValue, type Errors } from './checks';

const rbacGroup = 'rbac.authorization.k8s.io';

function checkRule(out: Errors, field: string, { rule, isNamespaced }: { rule: PolicyRule; isNamespaced: boolean }): void {
  const { verbs = [], nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (verbs.length === 0) out.push(fieldError.required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const path = `${field}.nonResourceURLs`;
    if (isNamespaced) out.push(fieldError.invalid(path, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      out.push(fieldError.invalid(path, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return;
  }
  if (apiGroups.length === 0) out.push(fieldError.required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0) out.push(fieldError.required(`${field}.resources`, 'resource rules must supply at least one resource'));
}

function checkRules(out: Errors, rules: readonly PolicyRule[] | undefined, isNamespaced: boolean): void {
  rules?.forEach((rule, i) => checkRule(out, `rules[${i}]`, { rule, isNamespaced }));
}

export function validateRoleCreate({ rules }: Role): FieldError[] {
  const out: Errors = [];
  checkRules(out, rules, true);
  return out;
}

export const validateRoleUpdate = (next: Role, _previous: Role): FieldError[] => validateRoleCreate(next);

export function validateClusterRoleCreate({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const out: Errors = [];
  checkRules(out, rules, false);
  if (!aggregationRule) return out;
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  const field = 'aggregationRule.clusterRoleSelectors';
  if (selectors.length === 0) out.push(fieldError.required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  selectors.forEach((selector, i) => out.push(...validateLabelSelector(selector, `${field}[${i}]`)));
  return out;
}

export const validateClusterRoleUpdate = (next: ClusterRole, _previous: ClusterRole): FieldError[] => validateClusterRoleCreate(next);

function checkSubject(out: Errors, field: string, { subject, isNamespaced }: { subject: RbacV1Subject; isNamespaced: boolean }): void {
  const { kind, name, namespace, apiGroup = '' } = subject;
  checkRequired(out, `${field}.name`, name);
  if (kind === 'ServiceAccount') {
    if (name) checkWith(out, `${field}.name`, name, validateDns1123Subdomain);
    if (apiGroup) out.push(fieldError.notSupported(`${field}.apiGroup`, apiGroup, ['']));
    if (!isNamespaced) checkRequired(out, `${field}.namespace`, namespace);
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) out.push(fieldError.notSupported(`${field}.apiGroup`, apiGroup, [rbacGroup]));
  } else {
    out.push(fieldError.notSupported(`${field}.kind`, kind ?? '', ['Group', 'ServiceAccount', 'User']));
  }
}

function checkBinding({ roleRef, subjects }: ClusterRoleBinding | RoleBinding, isNamespaced: boolean): FieldError[] {
  const out: Errors = [];
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  if (apiGroup !== rbacGroup) out.push(fieldError.notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  const kinds = isNamespaced ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  if (!kinds.includes(kind)) out.push(fieldError.notSupported('roleRef.kind', kind, kinds));
  if (checkRequired(out, 'roleRef.name', name)) checkWith(out, 'roleRef.name', name, (value) => validatePathSegmentName(value));
  subjects?.forEach((subject, i) => checkSubject(out, `subjects[${i}]`, { subject, isNamespaced }));
  return out;
}

/** Who may do what must not change under the same name: a binding to another role is another binding. */
function checkRoleRef(next: ClusterRoleBinding | RoleBinding, previous: ClusterRoleBinding | RoleBinding): FieldError[] {
  return sameValue(next.roleRef, previous.roleRef) ? [] : [fieldError.invalid('roleRef', next.roleRef, 'cannot change roleRef')];
}

export const validateRoleBindingCreate = (binding: RoleBinding): FieldError[] => checkBinding(binding, true);
export const validateClusterRoleBindingCreate = (binding: ClusterRoleBinding): FieldError[] => checkBinding(binding, false);

export const validateRoleBindingUpdate = (next: RoleBinding, previous: RoleBinding): FieldError[] => [
  ...checkBinding(next, true),
  ...checkRoleRef(next, previous),
];

export const validateClusterRoleBindingUpdate = (next: ClusterRoleBinding, previous: ClusterRoleBinding): FieldError[] => [
  ...checkBinding(next, false),
  ...checkRoleRef(next, previous),
];
