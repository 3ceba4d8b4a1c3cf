import type { PolicyRule } from '@typernetes/api';
import type { AuthorizationAttributes } from '../../pipeline/authorizer';

const has = (values: readonly string[] | undefined, wanted: string): boolean => values !== undefined && (values.includes('*') || values.includes(wanted));

/** Whether one RBAC rule allows what is asked (rbac/v1 PolicyRule). */
export function ruleAllows(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.type === 'path') return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, attributes.path));
  const names = rule.resourceNames ?? [];
  return (
    has(rule.apiGroups, attributes.group) &&
    resourceMatches(rule.resources ?? [], attributes.resource, attributes.subresource) &&
    (names.length === 0 || (attributes.name !== '' && names.includes(attributes.name)))
  );
}

/** `*` stands for all, `x/y` for one subresource, and `*` + `/y` for that subresource of every resource. */
function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const full = subresource ? `${resource}/${subresource}` : resource;
  return has(resources, full) || (subresource !== '' && resources.includes(`*/${subresource}`));
}

/** A star counts at the end only. */
function pathMatches(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));
}
