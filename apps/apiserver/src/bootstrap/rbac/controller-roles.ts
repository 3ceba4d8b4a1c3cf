import type { ClusterRole, PolicyRule } from '@typernetes/api';
import {
  apps, anyGroup, appsAndExtensions, authorization, autoscaling, batch, certificates, clusterRole, core, discovery, dynamic, networking, policy,
  rbac, read, recordEvents, rulesIn, storage,
} from './builders';

const see = 'list watch';
const change = 'patch update';
const owned = `create delete ${read} ${change}`;
const admissionRegistration = rulesIn('admissionregistration.k8s.io');

const disks: Readonly<Record<string, readonly PolicyRule[]>> = {
  'attachdetach-controller': [
    core(see, 'persistentvolumeclaims persistentvolumes'),
    core(read, 'nodes'),
    core(change, 'nodes/status'),
    core(see, 'pods'),
    recordEvents,
    storage(`create delete ${read}`, 'volumeattachments'),
    storage(read, 'csidrivers'),
    storage(read, 'csinodes'),
  ],
  'ephemeral-volume-controller': [core(read, 'pods'), core('update', 'pods/finalizers'), core(`create ${read}`, 'persistentvolumeclaims'), recordEvents],
  'expand-controller': [
    core(`${read} ${change}`, 'persistentvolumes'),
    core(change, 'persistentvolumeclaims/status'),
    core(read, 'persistentvolumeclaims'),
    recordEvents,
  ],
  'persistent-volume-binder': [
    core(`create delete ${read} update`, 'persistentvolumes'),
    core('update', 'persistentvolumes/status'),
    core(`${read} update`, 'persistentvolumeclaims'),
    core('update', 'persistentvolumeclaims/status'),
    core(`create delete ${read}`, 'pods'),
    storage(read, 'storageclasses'),
    core(see, 'nodes'),
    recordEvents,
    core('watch', 'events'),
  ],
  'pv-protection-controller': [core(`${read} update`, 'persistentvolumes'), recordEvents],
  'pvc-protection-controller': [core(`${read} update`, 'persistentvolumeclaims'), core('update', 'persistentvolumeclaims/status'), core(read, 'pods'), recordEvents],
  'selinux-warning-controller': [
    recordEvents,
    core(read, 'persistentvolumes'),
    core(read, 'persistentvolumeclaims'),
    core(read, 'pods'),
    storage(read, 'csidrivers'),
  ],
  'volumeattributesclass-protection-controller': [
    core(read, 'persistentvolumeclaims'),
    core(read, 'persistentvolumes'),
    storage(`${read} update`, 'volumeattributesclasses'),
    recordEvents,
  ],
};

const workloads: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cronjob-controller': [
    batch(`${read} update`, 'cronjobs'),
    batch(owned, 'jobs'),
    batch('update', 'cronjobs/status'),
    batch('update', 'cronjobs/finalizers'),
    core(`delete ${see}`, 'pods'),
    recordEvents,
  ],
  'daemon-set-controller': [
    appsAndExtensions(read, 'daemonsets'),
    appsAndExtensions('update', 'daemonsets/status'),
    appsAndExtensions('update', 'daemonsets/finalizers'),
    core(see, 'nodes'),
    core(`create delete ${see} patch`, 'pods'),
    core('create', 'pods/binding'),
    apps(owned, 'controllerrevisions'),
    recordEvents,
  ],
  'deployment-controller': [
    appsAndExtensions(`${read} update`, 'deployments'),
    appsAndExtensions('update', 'deployments/status'),
    appsAndExtensions('update', 'deployments/finalizers'),
    appsAndExtensions(owned, 'replicasets'),
    core(`${read} update`, 'pods'),
    recordEvents,
  ],
  'disruption-controller': [
    appsAndExtensions(read, 'deployments'),
    appsAndExtensions(read, 'replicasets'),
    core(read, 'replicationcontrollers'),
    policy(read, 'poddisruptionbudgets'),
    apps(read, 'statefulsets'),
    policy('update', 'poddisruptionbudgets/status'),
    core(change, 'pods/status'),
    anyGroup('get', '*/scale'),
    recordEvents,
  ],
  'horizontal-pod-autoscaler': [
    autoscaling(read, 'horizontalpodautoscalers'),
    autoscaling('update', 'horizontalpodautoscalers/status'),
    anyGroup('get update', '*/scale'),
    core(see, 'pods'),
    rulesIn('metrics.k8s.io')(see, 'pods'),
    rulesIn('custom.metrics.k8s.io')(read, '*'),
    rulesIn('external.metrics.k8s.io')(read, '*'),
    recordEvents,
  ],
  'job-controller': [
    batch(`${read} ${change}`, 'jobs'),
    batch('update', 'jobs/status'),
    batch('update', 'jobs/finalizers'),
    core(`create delete ${see} patch`, 'pods'),
    recordEvents,
  ],
  'pod-garbage-collector': [core(`delete ${see}`, 'pods'), core(read, 'nodes'), core('patch', 'pods/status')],
  'replicaset-controller': [
    appsAndExtensions(`${read} update`, 'replicasets'),
    appsAndExtensions('update', 'replicasets/status'),
    appsAndExtensions('update', 'replicasets/finalizers'),
    core(`create delete ${see} patch`, 'pods'),
    recordEvents,
  ],
  'replication-controller': [
    core(`${read} update`, 'replicationcontrollers'),
    core('update', 'replicationcontrollers/status'),
    core('update', 'replicationcontrollers/finalizers'),
    core(`create delete ${see} patch`, 'pods'),
    recordEvents,
  ],
  'statefulset-controller': [
    core(see, 'pods'),
    apps(read, 'statefulsets'),
    apps('update', 'statefulsets/status'),
    apps('update', 'statefulsets/finalizers'),
    core(`create delete get ${change}`, 'pods'),
    apps(owned, 'controllerrevisions'),
    core(`create ${read}`, 'persistentvolumeclaims'),
    core('delete update', 'persistentvolumeclaims'),
    core('update', 'pods/finalizers'),
    recordEvents,
  ],
  'ttl-after-finished-controller': [batch(`delete ${read}`, 'jobs'), recordEvents],
};

const network: Readonly<Record<string, readonly PolicyRule[]>> = {
  'endpoint-controller': [core(read, 'pods services'), core(`create delete ${read} update`, 'endpoints'), core('create', 'endpoints/restricted'), recordEvents],
  'endpointslice-controller': [
    core(read, 'nodes pods services'),
    core('update', 'services/finalizers'),
    discovery(`create delete ${read} update`, 'endpointslices'),
    discovery('create', 'endpointslices/restricted'),
    recordEvents,
  ],
  'endpointslicemirroring-controller': [
    core(read, 'endpoints services'),
    core('update', 'services/finalizers'),
    core('update', 'endpoints/finalizers'),
    discovery(`create delete ${read} update`, 'endpointslices'),
    discovery('create', 'endpointslices/restricted'),
    recordEvents,
  ],
  'route-controller': [core(see, 'nodes'), core('patch', 'nodes/status'), recordEvents],
  'service-cidrs-controller': [
    networking(`${read} ${change}`, 'servicecidrs'),
    networking(change, 'servicecidrs/finalizers'),
    networking(change, 'servicecidrs/status'),
    networking(read, 'ipaddresses'),
    recordEvents,
  ],
  'service-controller': [core(read, 'services'), core(change, 'services/status'), core(see, 'nodes'), recordEvents],
};

const cluster: Readonly<Record<string, readonly PolicyRule[]>> = {
  'certificate-controller': [
    certificates(`delete ${read}`, 'certificatesigningrequests'),
    certificates('update', 'certificatesigningrequests/approval certificatesigningrequests/status'),
    certificates('approve', 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
    certificates(
      'sign',
      'signers',
      'kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown',
    ),
    authorization('create', 'subjectaccessreviews'),
    recordEvents,
  ],
  'clusterrole-aggregation-controller': [rbac(`escalate ${read} ${change}`, 'clusterroles')],
  'device-taint-eviction-controller': [
    core(`delete ${read}`, 'pods'),
    core(change, 'pods/status'),
    dynamic(read, 'resourceclaims'),
    dynamic(read, 'resourceslices'),
    dynamic(read, 'deviceclasses'),
    recordEvents,
  ],
  'generic-garbage-collector': [anyGroup(`delete ${read} ${change}`, '*'), recordEvents],
  'legacy-service-account-token-cleaner': [core('get', 'configmaps', 'kube-apiserver-legacy-service-account-token-tracking'), core('delete patch', 'secrets')],
  'namespace-controller': [
    core(`delete ${read}`, 'namespaces'),
    core('update', 'namespaces/finalize namespaces/status'),
    anyGroup(`delete deletecollection ${read}`, '*'),
  ],
  'node-controller': [
    core(`delete ${read} ${change}`, 'nodes'),
    core(change, 'nodes/status'),
    core(change, 'pods/status'),
    core(`delete ${read}`, 'pods'),
    recordEvents,
  ],
  'resource-claim-controller': [
    core(read, 'pods'),
    core('update', 'pods/finalizers'),
    dynamic(`create delete ${read}`, 'resourceclaims'),
    dynamic(change, 'resourceclaims resourceclaims/status'),
    core(change, 'pods/status'),
    recordEvents,
    dynamic(change, 'resourceclaims/binding'),
  ],
  'resourcequota-controller': [anyGroup(see, '*'), core('update', 'resourcequotas/status'), recordEvents],
  'root-ca-cert-publisher': [core('create update', 'configmaps'), recordEvents],
  'service-account-controller': [core('create', 'serviceaccounts'), recordEvents],
  'service-ca-cert-publisher': [core('create update', 'configmaps'), recordEvents],
  'ttl-controller': [core(`${see} ${change}`, 'nodes'), recordEvents],
  'validatingadmissionpolicy-status-controller': [
    admissionRegistration(read, 'validatingadmissionpolicies'),
    admissionRegistration(`get ${change}`, 'validatingadmissionpolicies/status'),
    recordEvents,
  ],
};

export const controllerRoleName = (controller: string): string => `system:controller:${controller}`;

const rulesByController = { ...disks, ...workloads, ...network, ...cluster };

/** The controllers, by the names of their service accounts. */
export const controllers: readonly string[] = Object.keys(rulesByController).sort();

/** A role per controller. */
export const controllerRoles: readonly ClusterRole[] = Object.entries(rulesByController).map(([controller, rules]) => clusterRole(controllerRoleName(controller), rules));
