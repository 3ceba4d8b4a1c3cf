import { makeRbacAuthorizer } from '../../authz/rbac/rbac-authorizer';
import { RbacIndex } from '../../authz/rbac/rbac-index';
import { groups } from '../../pipeline/types';
import { defaultRbac } from './default-rbac';

const index = new RbacIndex();
for (const role of [...defaultRbac.clusterRoles, ...defaultRbac.roles]) index.setRole(role);
for (const binding of [...defaultRbac.clusterRoleBindings, ...defaultRbac.roleBindings]) index.setBinding(binding);
const authorizer = makeRbacAuthorizer(index);

async function may(user: string, verb: string, path: string, namespace = 'default'): Promise<boolean> {
  const [full = '', group = ''] = path.split('@');
  const [resource = '', subresource = ''] = full.split('/');
  const attributes = { type: 'resource', verb, group, version: 'v1', resource, subresource, namespace, name: 'x' } as const;
  return (await authorizer.authorize({ name: user, groups: [groups.authenticated] }, attributes)).type === 'allow';
}

const manager = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';
const proxy = 'system:kube-proxy';

/** What our components do, and what they must not. */
it.each<[string, string, string, boolean]>([
  [manager, 'create', 'pods', true],
  [manager, 'delete', 'pods', true],
  [manager, 'update', 'pods/status', true],
  [manager, 'update', 'replicationcontrollers/status', true],
  [manager, 'update', 'endpoints', true],
  [manager, 'create', 'endpointslices@discovery.k8s.io', true],
  [manager, 'update', 'namespaces/finalize', true],
  [manager, 'update', 'namespaces/status', true],
  [manager, 'deletecollection', 'secrets', true],
  [manager, 'create', 'serviceaccounts', true],
  [manager, 'create', 'configmaps', true],
  [manager, 'update', 'services', true],
  [manager, 'update', 'services/status', true],
  [manager, 'update', 'nodes', true],
  [manager, 'patch', 'nodes', true],
  [manager, 'update', 'nodes/status', true],
  [manager, 'update', 'clusterroles@rbac.authorization.k8s.io', true],
  [manager, 'escalate', 'clusterroles@rbac.authorization.k8s.io', true],
  [manager, 'create', 'events', true],
  [manager, 'create', 'clusterrolebindings@rbac.authorization.k8s.io', false],
  [manager, 'create', 'pods/exec', false],
  [manager, 'impersonate', 'users', false],
  [scheduler, 'create', 'pods/binding', true],
  [scheduler, 'patch', 'pods/status', true],
  [scheduler, 'watch', 'nodes', true],
  [scheduler, 'create', 'pods', false],
  [scheduler, 'get', 'secrets', false],
  [proxy, 'watch', 'endpointslices@discovery.k8s.io', true],
  [proxy, 'watch', 'services', true],
  [proxy, 'watch', 'nodes', true],
  [proxy, 'get', 'secrets', false],
  ['system:node:n1', 'get', 'secrets', false],
  ['somebody', 'create', 'selfsubjectaccessreviews@authorization.k8s.io', true],
  ['somebody', 'list', 'pods', false],
])('%s may %s %s: %s', async (user, verb, path, expected) => expect(await may(user, verb, path)).toBe(expected));

it('the leader election leases are in kube-system', async () => {
  for (const user of [manager, scheduler]) expect(await may(user, 'update', 'leases@coordination.k8s.io', 'kube-system')).toBe(true);
  expect(await may(scheduler, 'update', 'leases@coordination.k8s.io', 'kube-node-lease')).toBe(false);
});
