import { resources } from '@typernetes/api';
import type { AuthorizationAttributes, Authorizer, Decision } from '../../pipeline/authorizer';
import type { ObjectReader } from '../../pipeline/object-reader';
import { groups, type UserInfo } from '../../pipeline/types';
import { parseServiceAccountUser } from '../../authn/service-account/user';
import type { GrantedRule, RbacIndex } from './rbac-index';
import { ruleAllows } from './rule-allows';

/** RBAC over an index. `system:masters` may do everything, also when all roles are gone. */
export function makeRbacAuthorizer(index: RbacIndex): Authorizer {
  return {
    name: 'RBAC',
    authorize: (user, attributes) => (user.groups.includes(groups.masters) ? { type: 'allow' } : decide(index, user, attributes)),
  };
}

function decide(index: RbacIndex, user: UserInfo, attributes: AuthorizationAttributes): Decision {
  const namespace = attributes.type === 'resource' ? attributes.namespace : '';
  for (const granted of index.rulesFor(user, namespace)) {
    if (ruleAllows(granted.rule, attributes)) return { type: 'allow', reason: reasonOf(granted) };
  }
  return { type: 'no-opinion' };
}

/** As upstream says it: `RBAC: allowed by RoleBinding "b/ns" of ClusterRole "view" to Group "g"`. */
export function reasonOf({ binding, subject }: GrantedRule): string {
  const { name = '', namespace } = binding.metadata ?? {};
  const by = namespace ? `RoleBinding ${JSON.stringify(`${name}/${namespace}`)}` : `ClusterRoleBinding ${JSON.stringify(name)}`;
  return `RBAC: allowed by ${by} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)} to ${subjectText(subject)}`;
}

function subjectText(subject: string): string {
  const [kind, name] = [subject.slice(0, subject.indexOf(':')), subject.slice(subject.indexOf(':') + 1)];
  const account = kind === 'User' ? parseServiceAccountUser(name) : undefined;
  return account ? `ServiceAccount ${JSON.stringify(`${account.name}/${account.namespace}`)}` : `${kind} ${JSON.stringify(name)}`;
}

/** Keeps the index equal to the roles and bindings in the caches. The returned function stops that. */
export function followRbac(index: RbacIndex, objects: ObjectReader): () => void {
  const cancels = [
    objects.onChange(resources.roles, ({ type, object }) => (type === 'DELETED' ? index.removeRole(object) : index.setRole(object))),
    objects.onChange(resources.clusterRoles, ({ type, object }) => (type === 'DELETED' ? index.removeRole(object) : index.setRole(object))),
    objects.onChange(resources.roleBindings, ({ type, object }) => (type === 'DELETED' ? index.removeBinding(object) : index.setBinding(object))),
    objects.onChange(resources.clusterRoleBindings, ({ type, object }) => (type === 'DELETED' ? index.removeBinding(object) : index.setBinding(object))),
  ];
  return () => cancels.forEach((cancel) => cancel());
}
