import type { ClusterRoleBinding, Role, RoleBinding } from '@typernetes/api';
import { bindClusterRole, bindRole, coordination, core, group, read, recordEvents, role, serviceAccount, user, type DefaultRbac } from './builders';
import { componentRoles } from './component-roles';
import { controllerRoleName, controllerRoles, controllers } from './controller-roles';
import { userRoles } from './user-roles';

const controllerManager = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';
const everybody = group('system:authenticated');

/** Upstream's bindings, except for those of the controllers. */
const bindings: readonly ClusterRoleBinding[] = [
  bindClusterRole('cluster-admin', [group('system:masters')]),
  bindClusterRole('system:basic-user', [everybody]),
  bindClusterRole('system:discovery', [everybody]),
  bindClusterRole('system:kube-controller-manager', [user(controllerManager)]),
  bindClusterRole('system:kube-dns', [serviceAccount('kube-dns')]),
  bindClusterRole('system:kube-scheduler', [user(scheduler)]),
  bindClusterRole('system:monitoring', [group('system:monitoring')]),
  // Nobody: the Node authoriser grants these, within limits. The binding stays for clusters without it.
  bindClusterRole('system:node', []),
  bindClusterRole('system:node-proxier', [user('system:kube-proxy')]),
  bindClusterRole('system:public-info-viewer', [everybody, group('system:unauthenticated')]),
  bindClusterRole('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  bindClusterRole('system:volume-scheduler', [user(scheduler)]),
];

const controllerBindings: readonly ClusterRoleBinding[] = controllers.map((name) => bindClusterRole(controllerRoleName(name), [serviceAccount(name)]));

/** Controllers that this controller manager runs; see `ownBindings`. */
const controllersRunAsManager = [
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'generic-garbage-collector',
  'namespace-controller',
  'node-controller',
  'pod-garbage-collector',
  'replication-controller',
  'replicaset-controller',
  'deployment-controller',
  'root-ca-cert-publisher',
  'service-account-controller',
  'service-controller',
  'clusterrole-aggregation-controller',
  'job-controller',
  'cronjob-controller',
  'ttl-after-finished-controller',
  'disruption-controller',
  'resourcequota-controller',
  'certificate-controller',
  'legacy-service-account-token-cleaner',
  'daemon-set-controller',
  'statefulset-controller',
  'persistent-volume-binder',
  'pv-protection-controller',
  'pvc-protection-controller',
  'volumeattributesclass-protection-controller',
  'attachdetach-controller',
  'expand-controller',
  'ephemeral-volume-controller',
  'resource-claim-controller',
  'horizontal-pod-autoscaler',
  'ttl-controller',
];

/**
 * Not upstream's: there each controller acts as its own service account. Here all run on the one connection of the
 * controller manager, so its user holds the roles of those it runs, and of no others.
 */
export const ownBindings: readonly ClusterRoleBinding[] = controllersRunAsManager.map((name) =>
  bindClusterRole(controllerRoleName(name), [user(controllerManager)], `t8s:kube-controller-manager:${name}`),
);

const leaderRules = [coordination('create get list update watch', 'leases'), coordination('create get list update watch', 'leasecandidates')];
const authenticationReader = 'extension-apiserver-authentication-reader';

const roles: readonly Role[] = [
  role('kube-public', 'system:controller:bootstrap-signer', [core(read, 'configmaps'), core('update', 'configmaps', 'cluster-info'), recordEvents]),
  role('kube-system', authenticationReader, [core(read, 'configmaps', 'extension-apiserver-authentication')]),
  role('kube-system', 'system::leader-locking-kube-controller-manager', leaderRules),
  role('kube-system', 'system::leader-locking-kube-scheduler', leaderRules),
  role('kube-system', 'system:controller:bootstrap-signer', [core(read, 'secrets')]),
  role('kube-system', 'system:controller:cloud-provider', [core('create get list watch', 'configmaps')]),
  role('kube-system', 'system:controller:token-cleaner', [core(`delete ${read}`, 'secrets'), recordEvents]),
];

const roleBindings: readonly RoleBinding[] = [
  bindRole('kube-public', 'system:controller:bootstrap-signer', [serviceAccount('bootstrap-signer')]),
  bindRole('kube-system', authenticationReader, [user(controllerManager), user(scheduler)], `system::${authenticationReader}`),
  bindRole('kube-system', 'system::leader-locking-kube-controller-manager', [
    user(controllerManager),
    serviceAccount('kube-controller-manager'),
    serviceAccount('leader-election-controller'),
  ]),
  bindRole('kube-system', 'system::leader-locking-kube-scheduler', [user(scheduler), serviceAccount('kube-scheduler')]),
  bindRole('kube-system', 'system:controller:bootstrap-signer', [serviceAccount('bootstrap-signer')]),
  bindRole('kube-system', 'system:controller:cloud-provider', [serviceAccount('cloud-provider')]),
  bindRole('kube-system', 'system:controller:token-cleaner', [serviceAccount('token-cleaner')]),
];

/** Upstream's v1.36 defaults, object for object. */
export const upstreamRbac: DefaultRbac = {
  clusterRoles: [...userRoles, ...componentRoles, ...controllerRoles],
  clusterRoleBindings: [...bindings, ...controllerBindings],
  roles,
  roleBindings,
};

/** What a cluster starts with. */
export const defaultRbac: DefaultRbac = { ...upstreamRbac, clusterRoleBindings: [...upstreamRbac.clusterRoleBindings, ...ownBindings] };
