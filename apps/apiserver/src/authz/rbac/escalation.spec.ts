import type { PolicyRule } from '@typernetes/api';
import { escalation } from './escalation';
import { reasonOf } from './rbac-authorizer';

const pods = (...verbs: string[]): PolicyRule => ({ verbs, apiGroups: [''], resources: ['pods'] });
const user = { name: 'u', groups: ['g', 'system:authenticated'] };

describe('escalation', () => {
  it.each<[PolicyRule[], PolicyRule[]]>([
    [[pods('get', 'list')], [pods('get')]],
    [[pods('*')], [pods('get')]],
    [[], []],
  ])('%j may give %j', (held, given) => expect(escalation(user, held, given)).toBeUndefined());
  it('says what is not held', () =>
    expect(escalation(user, [pods('get')], [pods('get', 'delete')])).toBe(
      'user "u" (groups=["g" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    ));
});

it.each([
  [undefined, 'User:u', 'ClusterRoleBinding "b" of ClusterRole "r" to User "u"'],
  ['ns', 'Group:system:nodes', 'RoleBinding "b/ns" of ClusterRole "r" to Group "system:nodes"'],
  ['ns', 'User:system:serviceaccount:ns:sa', 'RoleBinding "b/ns" of ClusterRole "r" to ServiceAccount "sa/ns"'],
])('a binding in %s to %s', (namespace, subject, expected) =>
  expect(reasonOf({ rule: pods('get'), subject, binding: { metadata: { name: 'b', ...(namespace ? { namespace } : {}) }, roleRef: { apiGroup: '', kind: 'ClusterRole', name: 'r' } } })).toBe(
    `RBAC: allowed by ${expected}`,
  ),
);
