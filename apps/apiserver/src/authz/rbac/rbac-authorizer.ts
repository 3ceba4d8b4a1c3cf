import { resources } from '@typernetes/api';
import type { AuthorizationAttributes, Authorizer, Decision } from '../../pipeline/authorizer';
import type { ObjectReader } from '../../pipeline/object-reader';
import { groups, type UserInfo } from '../../pipeline/types';
import type { RbacIndex } from './rbac-index';
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
  for (const { rule, binding } of index.rulesFor(user, namespace)) {
    if (ruleAllows(rule, attributes)) return { type: 'allow', reason: `RBAC: allowed by ${JSON.stringify(binding.metadata?.name ?? '')}` };
  }
  return { type: 'no-opinion' };
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
