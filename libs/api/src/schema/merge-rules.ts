/**
 * How lists and maps merge: what of an object is one value (`atomic`), what merges by keys. Server-side apply goes by
 * list-type and map-keys (KEP-555), strategic merge patch by patch-strategy and merge-key (API documentation
 * "sig-api-machinery/strategic-merge-patch"). Lists that are not in the table are atomic.
 */
import type { SchemaNode } from './types';

/** The extensions of one property. */
export type MergeRule = Pick<
  SchemaNode,
  'x-kubernetes-list-type' | 'x-kubernetes-list-map-keys' | 'x-kubernetes-map-type' | 'x-kubernetes-patch-strategy' | 'x-kubernetes-patch-merge-key'
>;

/** Items with the same keys are one; server-side apply only. */
const keyedBy = (...keys: string[]): MergeRule => ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

/** As keyedBy, and strategic merge patch merges by the first key. */
const mergedBy = (...keys: string[]): MergeRule => ({
  ...keyedBy(...keys),
  'x-kubernetes-patch-merge-key': keys[0],
  'x-kubernetes-patch-strategy': 'merge',
});

/** As mergedBy; fields of an item that the patch does not name are cleared when it asks so (unions such as volumes). */
const retainingBy = (...keys: string[]): MergeRule => ({ ...mergedBy(...keys), 'x-kubernetes-patch-strategy': 'merge,retainKeys' });

const set: MergeRule = { 'x-kubernetes-list-type': 'set' };
const mergedSet: MergeRule = { ...set, 'x-kubernetes-patch-strategy': 'merge' };
const atomicList: MergeRule = { 'x-kubernetes-list-type': 'atomic' };
const atomicMap: MergeRule = { 'x-kubernetes-map-type': 'atomic' };
const granularMap: MergeRule = { 'x-kubernetes-map-type': 'granular' };

/** Atomic for server-side apply, merged by strategic merge patch. */
const patchedBy = (key: string): MergeRule => ({
  ...atomicList,
  'x-kubernetes-patch-merge-key': key,
  'x-kubernetes-patch-strategy': 'merge',
});

/** Definition (without `io.k8s.api.`) to property to rule. */
const rules: Readonly<Record<string, Readonly<Record<string, MergeRule>>>> = {
  'admissionregistration.v1.MutatingAdmissionPolicySpec': { matchConditions: mergedBy('name') },
  'admissionregistration.v1.MutatingWebhook': { matchConditions: mergedBy('name') },
  'admissionregistration.v1.MutatingWebhookConfiguration': { webhooks: mergedBy('name') },
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec': { validationActions: set },
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': { matchConditions: mergedBy('name'), variables: mergedBy('name') },
  'admissionregistration.v1.ValidatingAdmissionPolicyStatus': { conditions: keyedBy('type') },
  'admissionregistration.v1.ValidatingWebhook': { matchConditions: mergedBy('name') },
  'admissionregistration.v1.ValidatingWebhookConfiguration': { webhooks: mergedBy('name') },
  'admissionregistration.v1alpha1.MutatingAdmissionPolicySpec': { matchConditions: mergedBy('name') },
  'admissionregistration.v1beta1.MutatingAdmissionPolicySpec': { matchConditions: mergedBy('name') },
  'apiserverinternal.v1alpha1.ServerStorageVersion': { decodableVersions: set, servedVersions: set },
  'apiserverinternal.v1alpha1.StorageVersionStatus': { conditions: keyedBy('type'), storageVersions: keyedBy('apiServerID') },
  'apps.v1.DaemonSetStatus': { conditions: mergedBy('type') },
  'apps.v1.DeploymentStatus': { conditions: mergedBy('type') },
  'apps.v1.ReplicaSetStatus': { conditions: mergedBy('type') },
  'apps.v1.StatefulSetStatus': { conditions: mergedBy('type') },
  'autoscaling.v2.HorizontalPodAutoscalerStatus': { conditions: mergedBy('type') },
  'batch.v1.PodFailurePolicyOnExitCodesRequirement': { values: set },
  'batch.v1.UncountedTerminatedPods': { failed: set, succeeded: set },
  'certificates.v1.CertificateSigningRequestStatus': { conditions: keyedBy('type') },
  'certificates.v1beta1.PodCertificateRequestStatus': { conditions: mergedBy('type') },
  'core.v1.ComponentStatus': { conditions: mergedBy('type') },
  'core.v1.Container': {
    env: mergedBy('name'),
    ports: mergedBy('containerPort', 'protocol'),
    volumeDevices: mergedBy('devicePath'),
    volumeMounts: mergedBy('mountPath'),
  },
  'core.v1.ContainerRestartRuleOnExitCodes': { values: set },
  'core.v1.ContainerStatus': { allocatedResourcesStatus: mergedBy('name'), volumeMounts: mergedBy('mountPath') },
  'core.v1.EphemeralContainer': {
    env: mergedBy('name'),
    ports: mergedBy('containerPort', 'protocol'),
    volumeDevices: mergedBy('devicePath'),
    volumeMounts: mergedBy('mountPath'),
  },
  'core.v1.NamespaceStatus': { conditions: mergedBy('type') },
  'core.v1.NodeAllocatableResourceClaimStatus': { containers: set },
  'core.v1.NodeSpec': { podCIDRs: mergedSet },
  'core.v1.NodeStatus': { addresses: mergedBy('type'), conditions: mergedBy('type') },
  'core.v1.PersistentVolumeClaimStatus': { conditions: mergedBy('type'), allocatedResourceStatuses: granularMap },
  'core.v1.PodSpec': {
    containers: mergedBy('name'),
    ephemeralContainers: mergedBy('name'),
    hostAliases: mergedBy('ip'),
    imagePullSecrets: mergedBy('name'),
    initContainers: mergedBy('name'),
    resourceClaims: retainingBy('name'),
    schedulingGates: mergedBy('name'),
    topologySpreadConstraints: mergedBy('topologyKey', 'whenUnsatisfiable'),
    volumes: retainingBy('name'),
    nodeSelector: atomicMap,
  },
  'core.v1.PodStatus': {
    conditions: mergedBy('type'),
    podIPs: mergedBy('ip'),
    resourceClaimStatuses: retainingBy('name'),
    hostIPs: patchedBy('ip'),
  },
  'core.v1.ReplicationControllerStatus': { conditions: mergedBy('type') },
  'core.v1.ResourceRequirements': { claims: keyedBy('name') },
  'core.v1.ResourceStatus': { resources: keyedBy('resourceID') },
  'core.v1.ServiceAccount': { secrets: mergedBy('name') },
  'core.v1.ServiceSpec': { ports: mergedBy('port', 'protocol'), selector: atomicMap },
  'core.v1.ServiceStatus': { conditions: mergedBy('type') },
  'discovery.v1.Endpoint': { addresses: set },
  'flowcontrol.v1.FlowSchemaStatus': { conditions: mergedBy('type') },
  'flowcontrol.v1.NonResourcePolicyRule': { nonResourceURLs: set, verbs: set },
  'flowcontrol.v1.PriorityLevelConfigurationStatus': { conditions: mergedBy('type') },
  'flowcontrol.v1.ResourcePolicyRule': { apiGroups: set, namespaces: set, resources: set, verbs: set },
  'networking.v1.ServiceCIDRStatus': { conditions: mergedBy('type') },
  'networking.v1beta1.ServiceCIDRStatus': { conditions: mergedBy('type') },
  'policy.v1.PodDisruptionBudgetStatus': { conditions: mergedBy('type') },
  'resource.v1.AllocatedDeviceStatus': { conditions: keyedBy('type') },
  'resource.v1.ResourceClaimStatus': { devices: keyedBy('driver', 'device', 'pool', 'shareID'), reservedFor: mergedBy('uid') },
  'resource.v1alpha3.DeviceTaintRuleStatus': { conditions: mergedBy('type') },
  'resource.v1alpha3.ResourcePoolStatusRequestStatus': { conditions: mergedBy('type') },
  'resource.v1beta1.AllocatedDeviceStatus': { conditions: keyedBy('type') },
  'resource.v1beta1.ResourceClaimStatus': { devices: keyedBy('driver', 'device', 'pool', 'shareID'), reservedFor: mergedBy('uid') },
  'resource.v1beta2.AllocatedDeviceStatus': { conditions: keyedBy('type') },
  'resource.v1beta2.DeviceTaintRuleStatus': { conditions: mergedBy('type') },
  'resource.v1beta2.ResourceClaimStatus': { devices: keyedBy('driver', 'device', 'pool', 'shareID'), reservedFor: mergedBy('uid') },
  'scheduling.v1alpha2.PodGroupSpec': { resourceClaims: retainingBy('name') },
  'scheduling.v1alpha2.PodGroupStatus': { conditions: mergedBy('type'), resourceClaimStatuses: retainingBy('name') },
  'scheduling.v1alpha2.PodGroupTemplate': { resourceClaims: retainingBy('name') },
  'scheduling.v1alpha2.WorkloadSpec': { podGroupTemplates: keyedBy('name') },
  'storage.v1.CSIDriverSpec': { volumeLifecycleModes: set },
  'storage.v1.CSINodeSpec': { drivers: mergedBy('name') },
  'storagemigration.v1beta1.StorageVersionMigrationStatus': { conditions: mergedBy('type') },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus': { conditions: keyedBy('type') },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps': { 'x-kubernetes-validations': mergedBy('rule') },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { finalizers: mergedSet, ownerReferences: mergedBy('uid') },
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec': { caBundle: { 'x-kubernetes-list-type': 'atomic' } },
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus': { conditions: mergedBy('type') },
  'apps.v1.DeploymentSpec': { strategy: { 'x-kubernetes-patch-strategy': 'retainKeys' } },
  'batch.v1.JobStatus': { conditions: patchedBy('type') },
  'core.v1.PersistentVolumeSpec': { claimRef: granularMap },
  'core.v1.ReplicationControllerSpec': { selector: atomicMap },
  'node.v1.Scheduling': { nodeSelector: atomicMap },
  'policy.v1.PodDisruptionBudgetSpec': { selector: { 'x-kubernetes-patch-strategy': 'replace' } },
};

/** Definitions that are one value as a whole: references, selectors. */
const atomicDefinitions: ReadonlySet<string> = new Set([
  'admissionregistration.v1.MatchResources',
  'admissionregistration.v1.NamedRuleWithOperations',
  'admissionregistration.v1.ParamKind',
  'admissionregistration.v1.ParamRef',
  'admissionregistration.v1.Variable',
  'admissionregistration.v1alpha1.MatchResources',
  'admissionregistration.v1alpha1.NamedRuleWithOperations',
  'admissionregistration.v1alpha1.ParamKind',
  'admissionregistration.v1alpha1.ParamRef',
  'admissionregistration.v1beta1.MatchResources',
  'admissionregistration.v1beta1.NamedRuleWithOperations',
  'admissionregistration.v1beta1.ParamKind',
  'admissionregistration.v1beta1.ParamRef',
  'admissionregistration.v1beta1.Variable',
  'autoscaling.v1.CrossVersionObjectReference',
  'core.v1.ConfigMapKeySelector',
  'core.v1.EndpointAddress',
  'core.v1.EndpointPort',
  'core.v1.FileKeySelector',
  'core.v1.LocalObjectReference',
  'core.v1.NodeSelector',
  'core.v1.NodeSelectorTerm',
  'core.v1.ObjectFieldSelector',
  'core.v1.ObjectReference',
  'core.v1.ResourceFieldSelector',
  'core.v1.ScopeSelector',
  'core.v1.SecretKeySelector',
  'core.v1.SecretReference',
  'core.v1.TopologySelectorTerm',
  'core.v1.TypedLocalObjectReference',
  'discovery.v1.EndpointPort',
  'networking.v1.ServiceBackendPort',
  'rbac.v1.RoleRef',
  'rbac.v1.Subject',
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
]);

/** Definitions of which one member may be set (KEP-1027): discriminator, and member to its name there. */
const unions: Readonly<Record<string, { discriminator?: string; members: Record<string, string> }>> = {
  'core.v1.AppArmorProfile': { discriminator: 'type', members: { localhostProfile: 'LocalhostProfile' } },
  'core.v1.PodSchedulingGroup': { members: { podGroupName: 'PodGroupName' } },
  'core.v1.SeccompProfile': { discriminator: 'type', members: { localhostProfile: 'LocalhostProfile' } },
  'flowcontrol.v1.LimitResponse': { discriminator: 'type', members: { queuing: 'Queuing' } },
  'flowcontrol.v1.PriorityLevelConfigurationSpec': { discriminator: 'type', members: { exempt: 'Exempt', limited: 'Limited' } },
  'flowcontrol.v1.Subject': { discriminator: 'kind', members: { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' } },
  'scheduling.v1alpha2.PodGroupSchedulingPolicy': { members: { basic: 'Basic', gang: 'Gang' } },
  'scheduling.v1alpha2.PodGroupTemplateReference': { members: { workload: 'Workload' } },
};

const shortName = (definition: string): string => definition.replace(/^io\.k8s\.api\./, '');

/** Lists of objects (`PodList.items`) and `APIResource.verbs` say nothing about merging: nobody writes them. */
const saysNothing = (definition: string, property: string): boolean =>
  (property === 'items' && definition.endsWith('List')) || (property === 'verbs' && definition.endsWith('.APIResource'));

export function mergeRuleOf(definition: string, property: string, isArray: boolean): MergeRule {
  const rule = rules[shortName(definition)]?.[property];
  if (rule) return rule;
  return isArray && !saysNothing(definition, property) ? atomicList : {};
}

/** Extensions of a definition itself. */
export function definitionExtensions(definition: string): Pick<SchemaNode, 'x-kubernetes-map-type' | 'x-kubernetes-unions'> {
  const name = shortName(definition);
  const union = unions[name];
  if (atomicDefinitions.has(name)) return { 'x-kubernetes-map-type': 'atomic' };
  if (!union) return {};
  const { discriminator, members } = union;
  return { 'x-kubernetes-unions': [{ ...(discriminator ? { discriminator } : {}), 'fields-to-discriminateBy': members }] };
}
