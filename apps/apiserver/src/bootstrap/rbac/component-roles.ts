import type { ClusterRole, PolicyRule } from '@typernetes/api';
import {
  all, apps, anyGroup, appsAndExtensions, authentication, authorization, certificates, clusterRole, coordination, core, discovery, dynamic,
  extensions, networking, policy, read, recordEvents, rulesIn, storage,
} from './builders';

const change = 'patch update';

/** Components that serve something of their own ask the apiserver who their callers are and what they may do. */
const delegateAuth: readonly PolicyRule[] = [authentication('create', 'tokenreviews'), authorization('create', 'subjectaccessreviews')];

const controllerManager = [
  recordEvents,
  coordination('create', 'leases'),
  coordination('get update', 'leases', 'kube-controller-manager'),
  core('create', 'secrets serviceaccounts'),
  core('delete', 'secrets'),
  core('get', 'configmaps namespaces secrets serviceaccounts'),
  core('update', 'secrets serviceaccounts'),
  ...delegateAuth,
  // Quota, garbage collection and namespaces watch whatever kinds there are.
  anyGroup('list watch', '*'),
  core('create', 'serviceaccounts/token'),
];

const scheduler = [
  recordEvents,
  coordination('create', 'leases'),
  coordination('get list update watch', 'leases', 'kube-scheduler'),
  coordination(all, 'leasecandidates'),
  core(read, 'nodes'),
  core(`delete ${read}`, 'pods'),
  core('create', 'bindings pods/binding'),
  core(change, 'pods/status'),
  core(read, 'replicationcontrollers services'),
  appsAndExtensions(read, 'replicasets'),
  apps(read, 'statefulsets'),
  policy(read, 'poddisruptionbudgets'),
  core(read, 'persistentvolumeclaims persistentvolumes'),
  ...delegateAuth,
  storage(read, 'csinodes'),
  storage(read, 'volumeattachments'),
  core(read, 'namespaces'),
  storage(read, 'csidrivers'),
  storage(read, 'csistoragecapacities'),
  dynamic(read, 'deviceclasses'),
  dynamic(`${read} ${change}`, 'resourceclaims'),
  dynamic(`${read} ${change}`, 'resourceclaims/status'),
  core('update', 'pods/finalizers'),
  dynamic(read, 'resourceslices'),
  dynamic('create delete', 'resourceclaims'),
  dynamic(change, 'resourceclaims/binding'),
];

/** Bound to nobody: the Node authoriser grants the same, but only for a node's own objects. */
const node = [
  authentication('create', 'tokenreviews'),
  authorization('create', 'localsubjectaccessreviews subjectaccessreviews'),
  core(read, 'services'),
  core(`create ${read}`, 'nodes'),
  core(change, 'nodes/status'),
  core(change, 'nodes'),
  recordEvents,
  core(read, 'pods'),
  core('create delete', 'pods'),
  core(change, 'pods/status'),
  core('create', 'pods/eviction'),
  core(read, 'configmaps secrets'),
  core('get', 'persistentvolumeclaims persistentvolumes'),
  core('get', 'endpoints'),
  certificates(`create ${read}`, 'certificatesigningrequests'),
  coordination(`create delete get ${change}`, 'leases'),
  storage('get', 'volumeattachments'),
  core('create', 'serviceaccounts/token'),
  core(`get ${change}`, 'persistentvolumeclaims/status'),
  storage(read, 'csidrivers'),
  storage(`create delete get ${change}`, 'csinodes'),
  rulesIn('node.k8s.io')(read, 'runtimeclasses'),
  dynamic('get', 'resourceclaims'),
  dynamic('deletecollection', 'resourceslices'),
  core('get', 'serviceaccounts'),
];

/** The rules that the Node authoriser grants to every node, before it looks whose objects they are. */
export const nodeRules: readonly PolicyRule[] = node;

/** Approvers of certificate requests, by signer. */
const signerRoles: readonly ClusterRole[] = ['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'].map((signer) =>
  clusterRole(`system:certificates.k8s.io:${signer}-approver`, [certificates('approve', 'signers', `kubernetes.io/${signer}`)]),
);

const requestRoles: readonly ClusterRole[] = ['nodeclient', 'selfnodeclient'].map((kind) =>
  clusterRole(`system:certificates.k8s.io:certificatesigningrequests:${kind}`, [certificates('create', `certificatesigningrequests/${kind}`)]),
);

/** Roles of the components and of common add-ons. */
export const componentRoles: readonly ClusterRole[] = [
  clusterRole('system:auth-delegator', delegateAuth),
  ...requestRoles,
  ...signerRoles,
  clusterRole('system:heapster', [core(read, 'events namespaces nodes pods'), extensions(read, 'deployments')]),
  clusterRole('system:kube-aggregator', [core(read, 'endpoints services')]),
  clusterRole('system:kube-controller-manager', controllerManager),
  clusterRole('system:kube-dns', [core('list watch', 'endpoints services')]),
  clusterRole('system:kube-scheduler', scheduler),
  clusterRole('system:kubelet-api-admin', [
    core(read, 'nodes'),
    core('proxy', 'nodes'),
    core('*', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
    core('*', 'nodes/configz nodes/healthz nodes/pods'),
  ]),
  clusterRole('system:node', node),
  clusterRole('system:node-bootstrapper', [certificates(`create ${read}`, 'certificatesigningrequests')]),
  clusterRole('system:node-problem-detector', [core('get', 'nodes'), core('patch', 'nodes/status'), recordEvents]),
  clusterRole('system:node-proxier', [
    core('list watch', 'endpoints services'),
    core(read, 'nodes'),
    recordEvents,
    networking('list watch', 'servicecidrs'),
    discovery('list watch', 'endpointslices'),
  ]),
  clusterRole('system:persistent-volume-provisioner', [
    core(`create delete ${read}`, 'persistentvolumes'),
    core(`${read} update`, 'persistentvolumeclaims'),
    storage(read, 'storageclasses'),
    core('watch', 'events'),
    recordEvents,
  ]),
  clusterRole('system:volume-scheduler', [
    core(`${read} ${change}`, 'persistentvolumes'),
    storage(read, 'storageclasses'),
    core(`${read} ${change}`, 'persistentvolumeclaims'),
  ]),
];
