/**
 * Fields that a built-in object always has upstream, because the Go struct holds them by value or without omitempty
 * (OpenAPI shows them with the default `{}`, or as required lists and maps). They matter to field ownership alone: nobody
 * comes to own such a field by filling it, only what is in it.
 */

/** Structs by value in nearly every definition that has fields of these names. */
const usual = ['metadata', 'spec', 'status'];

/** Definition (without `io.k8s.api.`) to further fields, separated by blanks. */
const fields: Readonly<Record<string, string>> = {
  'admissionregistration.v1.MutatingWebhook': 'clientConfig',
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec': 'validationActions',
  'admissionregistration.v1.ValidatingWebhook': 'clientConfig',
  'apps.v1.DaemonSetSpec': 'template updateStrategy',
  'apps.v1.DeploymentSpec': 'strategy template',
  'apps.v1.ReplicaSetSpec': 'template',
  'apps.v1.StatefulSetSpec': 'template updateStrategy',
  'autoscaling.v1.HorizontalPodAutoscalerSpec': 'scaleTargetRef',
  'autoscaling.v2.ContainerResourceMetricSource': 'target',
  'autoscaling.v2.ContainerResourceMetricStatus': 'current',
  'autoscaling.v2.ExternalMetricSource': 'metric target',
  'autoscaling.v2.ExternalMetricStatus': 'current metric',
  'autoscaling.v2.HorizontalPodAutoscalerSpec': 'scaleTargetRef',
  'autoscaling.v2.ObjectMetricSource': 'describedObject metric target',
  'autoscaling.v2.ObjectMetricStatus': 'current describedObject metric',
  'autoscaling.v2.PodsMetricSource': 'metric target',
  'autoscaling.v2.PodsMetricStatus': 'current metric',
  'autoscaling.v2.ResourceMetricSource': 'target',
  'autoscaling.v2.ResourceMetricStatus': 'current',
  'batch.v1.CronJobSpec': 'jobTemplate',
  'batch.v1.JobSpec': 'template',
  'batch.v1.PodFailurePolicyOnExitCodesRequirement': 'values',
  'core.v1.Container': 'resources',
  'core.v1.ContainerStatus': 'lastState state',
  'core.v1.EphemeralContainer': 'resources',
  'core.v1.Event': 'involvedObject source',
  'core.v1.NodeDaemonEndpoints': 'kubeletEndpoint',
  'core.v1.NodeStatus': 'daemonEndpoints nodeInfo',
  'core.v1.PersistentVolumeClaimSpec': 'resources',
  'core.v1.PodSpec': 'containers',
  'core.v1.PodTemplate': 'template',
  'core.v1.PreferredSchedulingTerm': 'preference',
  'core.v1.ServiceStatus': 'loadBalancer',
  'core.v1.WeightedPodAffinityTerm': 'podAffinityTerm',
  'discovery.v1.Endpoint': 'addresses conditions',
  'events.v1.Event': 'deprecatedSource regarding',
  'flowcontrol.v1.FlowSchemaSpec': 'priorityLevelConfiguration',
  'flowcontrol.v1.LimitedPriorityLevelConfiguration': 'limitResponse',
  'flowcontrol.v1.NonResourcePolicyRule': 'nonResourceURLs verbs',
  'flowcontrol.v1.ResourcePolicyRule': 'apiGroups resources verbs',
  'networking.v1.HTTPIngressPath': 'backend',
  'networking.v1.IngressServiceBackend': 'port',
  'networking.v1.IngressStatus': 'loadBalancer',
  'networking.v1.NetworkPolicySpec': 'podSelector',
  'rbac.v1.ClusterRoleBinding': 'roleRef',
  'rbac.v1.RoleBinding': 'roleRef',
  'resource.v1.AllocationResult': 'devices',
  'resource.v1.ResourceClaimSpec': 'devices',
  'resource.v1.ResourceSliceSpec': 'pool',
  'storage.v1.CSINodeSpec': 'drivers',
  'storage.v1.VolumeAttachmentSpec': 'source',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec': 'names',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus': 'acceptedNames',
};

const pointers = new Set(['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources']);

/** Names of the fields of a definition that are always there; some may not be fields of it at all. */
export function alwaysFieldsOf(definition: string): readonly string[] {
  if (pointers.has(definition)) return [];
  return [...usual, ...(fields[definition.replace(/^io\.k8s\.api\./, '')]?.split(' ') ?? [])];
}
