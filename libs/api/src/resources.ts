import type { KubernetesObject } from '@typernetes/machinery';
import type * as types from './generated/types';
import type { ResourceType } from './kind';

const core = { group: '', version: 'v1' } as const;
const apps = { group: 'apps', version: 'v1' } as const;
const discovery = { group: 'discovery.k8s.io', version: 'v1' } as const;
const events = { group: 'events.k8s.io', version: 'v1' } as const;
const coordination = { group: 'coordination.k8s.io', version: 'v1' } as const;
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const authentication = { group: 'authentication.k8s.io', version: 'v1' } as const;
const authorization = { group: 'authorization.k8s.io', version: 'v1' } as const;
const batch = { group: 'batch', version: 'v1' } as const;
const policy = { group: 'policy', version: 'v1' } as const;
const storage = { group: 'storage.k8s.io', version: 'v1' } as const;
const scheduling = { group: 'scheduling.k8s.io', version: 'v1' } as const;
const node = { group: 'node.k8s.io', version: 'v1' } as const;
const autoscalingV2 = { group: 'autoscaling', version: 'v2' } as const;
const autoscaling = { group: 'autoscaling', version: 'v1' } as const;
const admissionregistration = { group: 'admissionregistration.k8s.io', version: 'v1' } as const;
const apiregistration = { group: 'apiregistration.k8s.io', version: 'v1' } as const;
const apiextensions = { group: 'apiextensions.k8s.io', version: 'v1' } as const;
const certificates = { group: 'certificates.k8s.io', version: 'v1' } as const;
const flowcontrol = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1' } as const;
const dynamicResources = { group: 'resource.k8s.io', version: 'v1' } as const;
const networking = { group: 'networking.k8s.io', version: 'v1' } as const;

const admissionregistrationBeta = { ...admissionregistration, version: 'v1beta1' } as const;
const admissionregistrationAlpha = { ...admissionregistration, version: 'v1alpha1' } as const;

const certificatesBeta = { ...certificates, version: 'v1beta1' } as const;
const certificatesAlpha = { ...certificates, version: 'v1alpha1' } as const;
const coordinationBeta = { ...coordination, version: 'v1beta1' } as const;
const coordinationAlpha = { ...coordination, version: 'v1alpha2' } as const;
const dynamicResourcesBeta2 = { ...dynamicResources, version: 'v1beta2' } as const;
const dynamicResourcesBeta1 = { ...dynamicResources, version: 'v1beta1' } as const;
const dynamicResourcesAlpha = { ...dynamicResources, version: 'v1alpha3' } as const;
const networkingBeta = { ...networking, version: 'v1beta1' } as const;
const schedulingAlpha = { ...scheduling, version: 'v1alpha2' } as const;
const storageBeta = { ...storage, version: 'v1beta1' } as const;
const internalApiserver = { group: 'internal.apiserver.k8s.io', version: 'v1alpha1' } as const;
const storageMigration = { group: 'storagemigration.k8s.io', version: 'v1beta1' } as const;

function namespaced<T extends KubernetesObject>(gv: { group: string; version: string }, kind: string, resource: string): ResourceType<T> {
  return { ...gv, kind, resource, namespaced: true };
}

function clusterScoped<T extends KubernetesObject>(gv: { group: string; version: string }, kind: string, resource: string): ResourceType<T> {
  return { ...gv, kind, resource, namespaced: false };
}

/**
 * Handles of the kinds for clients: `client.resource(resources.pods)`. Kinds are declared in full by their
 * KindDefinition, which starts from the handle; a spec holds the two lists equal.
 */
export const resources = {
  bindings: namespaced<types.Binding>(core, 'Binding', 'bindings'),
  namespaces: clusterScoped<types.Namespace>(core, 'Namespace', 'namespaces'),
  nodes: clusterScoped<types.Node>(core, 'Node', 'nodes'),
  pods: namespaced<types.Pod>(core, 'Pod', 'pods'),
  replicationControllers: namespaced<types.ReplicationController>(core, 'ReplicationController', 'replicationcontrollers'),
  services: namespaced<types.Service>(core, 'Service', 'services'),
  endpoints: namespaced<types.Endpoints>(core, 'Endpoints', 'endpoints'),
  endpointSlices: namespaced<types.EndpointSlice>(discovery, 'EndpointSlice', 'endpointslices'),
  secrets: namespaced<types.Secret>(core, 'Secret', 'secrets'),
  configMaps: namespaced<types.ConfigMap>(core, 'ConfigMap', 'configmaps'),
  serviceAccounts: namespaced<types.ServiceAccount>(core, 'ServiceAccount', 'serviceaccounts'),
  events: namespaced<types.CoreV1Event>(core, 'Event', 'events'),
  eventsV1: namespaced<types.EventsV1Event>(events, 'Event', 'events'),
  leases: namespaced<types.Lease>(coordination, 'Lease', 'leases'),
  roles: namespaced<types.Role>(rbac, 'Role', 'roles'),
  roleBindings: namespaced<types.RoleBinding>(rbac, 'RoleBinding', 'rolebindings'),
  clusterRoles: clusterScoped<types.ClusterRole>(rbac, 'ClusterRole', 'clusterroles'),
  clusterRoleBindings: clusterScoped<types.ClusterRoleBinding>(rbac, 'ClusterRoleBinding', 'clusterrolebindings'),
  tokenReviews: clusterScoped<types.TokenReview>(authentication, 'TokenReview', 'tokenreviews'),
  selfSubjectReviews: clusterScoped<types.SelfSubjectReview>(authentication, 'SelfSubjectReview', 'selfsubjectreviews'),
  subjectAccessReviews: clusterScoped<types.SubjectAccessReview>(authorization, 'SubjectAccessReview', 'subjectaccessreviews'),
  localSubjectAccessReviews: namespaced<types.LocalSubjectAccessReview>(authorization, 'LocalSubjectAccessReview', 'localsubjectaccessreviews'),
  selfSubjectAccessReviews: clusterScoped<types.SelfSubjectAccessReview>(authorization, 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  selfSubjectRulesReviews: clusterScoped<types.SelfSubjectRulesReview>(authorization, 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
  controllerRevisions: namespaced<types.ControllerRevision>(apps, 'ControllerRevision', 'controllerrevisions'),
  daemonSets: namespaced<types.DaemonSet>(apps, 'DaemonSet', 'daemonsets'),
  deployments: namespaced<types.Deployment>(apps, 'Deployment', 'deployments'),
  replicaSets: namespaced<types.ReplicaSet>(apps, 'ReplicaSet', 'replicasets'),
  statefulSets: namespaced<types.StatefulSet>(apps, 'StatefulSet', 'statefulsets'),
  cronJobs: namespaced<types.CronJob>(batch, 'CronJob', 'cronjobs'),
  jobs: namespaced<types.Job>(batch, 'Job', 'jobs'),
  validatingAdmissionPolicies: clusterScoped<types.ValidatingAdmissionPolicy>(admissionregistration, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  validatingAdmissionPolicyBindings: clusterScoped<types.ValidatingAdmissionPolicyBinding>(admissionregistration, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'),
  mutatingAdmissionPolicies: clusterScoped<types.MutatingAdmissionPolicy>(admissionregistration, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies'),
  mutatingAdmissionPolicyBindings: clusterScoped<types.MutatingAdmissionPolicyBinding>(admissionregistration, 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'),
  mutatingAdmissionPoliciesV1beta1: clusterScoped<types.V1beta1MutatingAdmissionPolicy>(admissionregistrationBeta, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies'),
  mutatingAdmissionPolicyBindingsV1beta1: clusterScoped<types.V1beta1MutatingAdmissionPolicyBinding>(admissionregistrationBeta, 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'),
  mutatingAdmissionPoliciesV1alpha1: clusterScoped<types.V1alpha1MutatingAdmissionPolicy>(admissionregistrationAlpha, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies'),
  mutatingAdmissionPolicyBindingsV1alpha1: clusterScoped<types.V1alpha1MutatingAdmissionPolicyBinding>(admissionregistrationAlpha, 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'),
  mutatingWebhookConfigurations: clusterScoped<types.MutatingWebhookConfiguration>(admissionregistration, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
  validatingWebhookConfigurations: clusterScoped<types.ValidatingWebhookConfiguration>(admissionregistration, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  apiServices: clusterScoped<types.APIService>(apiregistration, 'APIService', 'apiservices'),
  customResourceDefinitions: clusterScoped<types.CustomResourceDefinition>(apiextensions, 'CustomResourceDefinition', 'customresourcedefinitions'),
  certificateSigningRequests: clusterScoped<types.CertificateSigningRequest>(certificates, 'CertificateSigningRequest', 'certificatesigningrequests'),
  podDisruptionBudgets: namespaced<types.PodDisruptionBudget>(policy, 'PodDisruptionBudget', 'poddisruptionbudgets'),
  limitRanges: namespaced<types.LimitRange>(core, 'LimitRange', 'limitranges'),
  persistentVolumes: clusterScoped<types.PersistentVolume>(core, 'PersistentVolume', 'persistentvolumes'),
  persistentVolumeClaims: namespaced<types.PersistentVolumeClaim>(core, 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  podTemplates: namespaced<types.PodTemplate>(core, 'PodTemplate', 'podtemplates'),
  resourceQuotas: namespaced<types.ResourceQuota>(core, 'ResourceQuota', 'resourcequotas'),
  storageClasses: clusterScoped<types.StorageClass>(storage, 'StorageClass', 'storageclasses'),
  volumeAttributesClasses: clusterScoped<types.VolumeAttributesClass>(storage, 'VolumeAttributesClass', 'volumeattributesclasses'),
  csiDrivers: clusterScoped<types.CSIDriver>(storage, 'CSIDriver', 'csidrivers'),
  csiNodes: clusterScoped<types.CSINode>(storage, 'CSINode', 'csinodes'),
  csiStorageCapacities: namespaced<types.CSIStorageCapacity>(storage, 'CSIStorageCapacity', 'csistoragecapacities'),
  volumeAttachments: clusterScoped<types.VolumeAttachment>(storage, 'VolumeAttachment', 'volumeattachments'),
  flowSchemas: clusterScoped<types.FlowSchema>(flowcontrol, 'FlowSchema', 'flowschemas'),
  priorityLevelConfigurations: clusterScoped<types.PriorityLevelConfiguration>(flowcontrol, 'PriorityLevelConfiguration', 'prioritylevelconfigurations'),
  deviceClasses: clusterScoped<types.DeviceClass>(dynamicResources, 'DeviceClass', 'deviceclasses'),
  resourceClaims: namespaced<types.ResourceV1ResourceClaim>(dynamicResources, 'ResourceClaim', 'resourceclaims'),
  resourceClaimTemplates: namespaced<types.ResourceClaimTemplate>(dynamicResources, 'ResourceClaimTemplate', 'resourceclaimtemplates'),
  resourceSlices: clusterScoped<types.ResourceSlice>(dynamicResources, 'ResourceSlice', 'resourceslices'),
  priorityClasses: clusterScoped<types.PriorityClass>(scheduling, 'PriorityClass', 'priorityclasses'),
  runtimeClasses: clusterScoped<types.RuntimeClass>(node, 'RuntimeClass', 'runtimeclasses'),
  horizontalPodAutoscalers: namespaced<types.V2HorizontalPodAutoscaler>(autoscalingV2, 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  horizontalPodAutoscalersV1: namespaced<types.HorizontalPodAutoscaler>(autoscaling, 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  ingresses: namespaced<types.Ingress>(networking, 'Ingress', 'ingresses'),
  ingressClasses: clusterScoped<types.IngressClass>(networking, 'IngressClass', 'ingressclasses'),
  networkPolicies: namespaced<types.NetworkPolicy>(networking, 'NetworkPolicy', 'networkpolicies'),
  serviceCIDRs: clusterScoped<types.ServiceCIDR>(networking, 'ServiceCIDR', 'servicecidrs'),
  componentStatuses: clusterScoped<types.ComponentStatus>(core, 'ComponentStatus', 'componentstatuses'),
  clusterTrustBundles: clusterScoped<types.V1beta1ClusterTrustBundle>(certificatesBeta, 'ClusterTrustBundle', 'clustertrustbundles'),
  clusterTrustBundlesV1alpha1: clusterScoped<types.V1alpha1ClusterTrustBundle>(certificatesAlpha, 'ClusterTrustBundle', 'clustertrustbundles'),
  podCertificateRequests: namespaced<types.V1beta1PodCertificateRequest>(certificatesBeta, 'PodCertificateRequest', 'podcertificaterequests'),
  leaseCandidates: namespaced<types.V1beta1LeaseCandidate>(coordinationBeta, 'LeaseCandidate', 'leasecandidates'),
  leaseCandidatesV1alpha2: namespaced<types.V1alpha2LeaseCandidate>(coordinationAlpha, 'LeaseCandidate', 'leasecandidates'),
  deviceTaintRules: clusterScoped<types.V1beta2DeviceTaintRule>(dynamicResourcesBeta2, 'DeviceTaintRule', 'devicetaintrules'),
  deviceTaintRulesV1alpha3: clusterScoped<types.V1alpha3DeviceTaintRule>(dynamicResourcesAlpha, 'DeviceTaintRule', 'devicetaintrules'),
  resourcePoolStatusRequests: clusterScoped<types.V1alpha3ResourcePoolStatusRequest>(dynamicResourcesAlpha, 'ResourcePoolStatusRequest', 'resourcepoolstatusrequests'),
  deviceClassesV1beta2: clusterScoped<types.V1beta2DeviceClass>(dynamicResourcesBeta2, 'DeviceClass', 'deviceclasses'),
  resourceClaimsV1beta2: namespaced<types.V1beta2ResourceClaim>(dynamicResourcesBeta2, 'ResourceClaim', 'resourceclaims'),
  resourceClaimTemplatesV1beta2: namespaced<types.V1beta2ResourceClaimTemplate>(dynamicResourcesBeta2, 'ResourceClaimTemplate', 'resourceclaimtemplates'),
  resourceSlicesV1beta2: clusterScoped<types.V1beta2ResourceSlice>(dynamicResourcesBeta2, 'ResourceSlice', 'resourceslices'),
  deviceClassesV1beta1: clusterScoped<types.V1beta1DeviceClass>(dynamicResourcesBeta1, 'DeviceClass', 'deviceclasses'),
  resourceClaimsV1beta1: namespaced<types.V1beta1ResourceClaim>(dynamicResourcesBeta1, 'ResourceClaim', 'resourceclaims'),
  resourceClaimTemplatesV1beta1: namespaced<types.V1beta1ResourceClaimTemplate>(dynamicResourcesBeta1, 'ResourceClaimTemplate', 'resourceclaimtemplates'),
  resourceSlicesV1beta1: clusterScoped<types.V1beta1ResourceSlice>(dynamicResourcesBeta1, 'ResourceSlice', 'resourceslices'),
  podGroups: namespaced<types.V1alpha2PodGroup>(schedulingAlpha, 'PodGroup', 'podgroups'),
  workloads: namespaced<types.V1alpha2Workload>(schedulingAlpha, 'Workload', 'workloads'),
  storageVersions: clusterScoped<types.V1alpha1StorageVersion>(internalApiserver, 'StorageVersion', 'storageversions'),
  storageVersionMigrations: clusterScoped<types.V1beta1StorageVersionMigration>(storageMigration, 'StorageVersionMigration', 'storageversionmigrations'),
  volumeAttributesClassesV1beta1: clusterScoped<types.V1beta1VolumeAttributesClass>(storageBeta, 'VolumeAttributesClass', 'volumeattributesclasses'),
  serviceCIDRsV1beta1: clusterScoped<types.V1beta1ServiceCIDR>(networkingBeta, 'ServiceCIDR', 'servicecidrs'),
  ipAddressesV1beta1: clusterScoped<types.V1beta1IPAddress>(networkingBeta, 'IPAddress', 'ipaddresses'),
  ipAddresses: clusterScoped<types.IPAddress>(networking, 'IPAddress', 'ipaddresses'),
} as const;
