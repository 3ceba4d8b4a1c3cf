import type { KubernetesObject } from '@typernetes/machinery';
import type * as types from './generated/types';
import type { ResourceType } from './kind';

const core = { group: '', version: 'v1' } as const;
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;

function namespaced<T extends KubernetesObject>(gv: { group: string; version: string }, kind: string, resource: string): ResourceType<T> {
  return { ...gv, kind, resource, namespaced: true };
}

function clusterScoped<T extends KubernetesObject>(gv: { group: string; version: string }, kind: string, resource: string): ResourceType<T> {
  return { ...gv, kind, resource, namespaced: false };
}

/**
 * Handles of the kinds for clients: `client.resource(resources.pods)`. Kinds are declared in full by their
 * KindDefinition; a spec holds the two lists equal.
 */
export const resources = {
  namespaces: clusterScoped<types.Namespace>(core, 'Namespace', 'namespaces'),
  nodes: clusterScoped<types.Node>(core, 'Node', 'nodes'),
  pods: namespaced<types.Pod>(core, 'Pod', 'pods'),
  replicationControllers: namespaced<types.ReplicationController>(core, 'ReplicationController', 'replicationcontrollers'),
  services: namespaced<types.Service>(core, 'Service', 'services'),
  endpoints: namespaced<types.Endpoints>(core, 'Endpoints', 'endpoints'),
  endpointSlices: namespaced<types.EndpointSlice>({ group: 'discovery.k8s.io', version: 'v1' }, 'EndpointSlice', 'endpointslices'),
  secrets: namespaced<types.Secret>(core, 'Secret', 'secrets'),
  configMaps: namespaced<types.ConfigMap>(core, 'ConfigMap', 'configmaps'),
  serviceAccounts: namespaced<types.ServiceAccount>(core, 'ServiceAccount', 'serviceaccounts'),
  events: namespaced<types.CoreV1Event>(core, 'Event', 'events'),
  eventsV1: namespaced<types.EventsV1Event>({ group: 'events.k8s.io', version: 'v1' }, 'Event', 'events'),
  leases: namespaced<types.Lease>({ group: 'coordination.k8s.io', version: 'v1' }, 'Lease', 'leases'),
  roles: namespaced<types.Role>(rbac, 'Role', 'roles'),
  roleBindings: namespaced<types.RoleBinding>(rbac, 'RoleBinding', 'rolebindings'),
  clusterRoles: clusterScoped<types.ClusterRole>(rbac, 'ClusterRole', 'clusterroles'),
  clusterRoleBindings: clusterScoped<types.ClusterRoleBinding>(rbac, 'ClusterRoleBinding', 'clusterrolebindings'),
  tokenReviews: clusterScoped<types.TokenReview>({ group: 'authentication.k8s.io', version: 'v1' }, 'TokenReview', 'tokenreviews'),
  subjectAccessReviews: clusterScoped<types.SubjectAccessReview>({ group: 'authorization.k8s.io', version: 'v1' }, 'SubjectAccessReview', 'subjectaccessreviews'),
} as const;
