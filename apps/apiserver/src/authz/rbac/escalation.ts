import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import { forbid } from '../../admission/forbid';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import { decide } from '../../pipeline/authorize';
import type { Authorizer } from '../../pipeline/authorizer';
import { groups, type UserInfo } from '../../pipeline/types';
import { uncoveredRules } from './covers';
import type { RbacIndex } from './rbac-index';

const roles: readonly string[] = ['roles', 'clusterroles'];
const bindings: readonly string[] = ['rolebindings', 'clusterrolebindings'];

/** An aggregated role will hold whatever others put into it: only who has everything may make one. */
const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** As upstream prints a rule. */
function ruleText(rule: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['ResourceNames', rule.resourceNames],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['Verbs', rule.verbs],
  ];
  return `{${parts.filter(([, values]) => values?.length).map(([name, values]) => `${name}:[${(values ?? []).map((value) => JSON.stringify(value)).join(' ')}]`).join(', ')}}`;
}

/** Why a user may not give these rules to others; undefined when they hold all of them. */
export function escalation(user: UserInfo, held: readonly PolicyRule[], given: readonly PolicyRule[]): string | undefined {
  const missing = uncoveredRules(held, given);
  if (missing.length === 0) return undefined;
  const memberOf = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const lines = missing.map(ruleText).sort().join('\n');
  return `user ${JSON.stringify(user.name)} (groups=[${memberOf}]) is attempting to grant RBAC permissions not currently held:\n${lines}`;
}

function givenByRole(role: Role | ClusterRole): readonly PolicyRule[] {
  return 'aggregationRule' in role && role.aggregationRule ? everything : (role.rules ?? []);
}

interface Parts {
  readonly index: RbacIndex;
  readonly authorizers: readonly Authorizer[];
}

async function may({ authorizers }: Parts, { user, kind, namespace }: AdmissionContext, about: { verb: string; resource: string; name: string }): Promise<boolean> {
  const { group, version } = kind;
  const decision = await decide(authorizers, user, { type: 'resource', group, version, namespace, subresource: '', ...about });
  return decision.type === 'allow';
}

/** The rules behind a binding. @throws ApiError NotFound: nobody can tell what it would give */
function givenByBinding(index: RbacIndex, { kind }: AdmissionContext, binding: RoleBinding | ClusterRoleBinding): readonly PolicyRule[] {
  const { roleRef } = binding;
  if (!index.hasRole(binding)) throw apiErrors.notFound({ group: kind.group, resource: roleRef.kind === 'Role' ? 'roles' : 'clusterroles', name: roleRef.name });
  return index.rulesOf(binding);
}

async function given(parts: Parts, context: AdmissionContext): Promise<readonly PolicyRule[]> {
  const { kind, object } = context;
  if (roles.includes(kind.resource)) {
    const role: Role | ClusterRole = object ?? {};
    return (await may(parts, context, { verb: 'escalate', resource: kind.resource, name: context.name })) ? [] : givenByRole(role);
  }
  const binding = object as RoleBinding | ClusterRoleBinding;
  const resource = binding.roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  return (await may(parts, context, { verb: 'bind', resource, name: binding.roleRef.name })) ? [] : givenByBinding(parts.index, context, binding);
}

/**
 * Nobody gives away more than they hold, unless they may `escalate` or `bind` (API documentation "Privilege escalation
 * prevention and bootstrapping"). Upstream does this where it stores; here it is the last word of admission.
 */
export function rbacEscalation(parts: Parts): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    operations: ['CREATE', 'UPDATE'],
    validate: async (context) => {
      const { kind, user, namespace } = context;
      if (kind.group !== 'rbac.authorization.k8s.io' || user.groups.includes(groups.masters)) return;
      if (!roles.includes(kind.resource) && !bindings.includes(kind.resource)) return;
      const held = [...parts.index.rulesFor(user, namespace)].map(({ rule }) => rule);
      const why = escalation(user, held, await given(parts, context));
      if (why !== undefined) throw forbid(context, why);
    },
  };
}
