/**
 * Defaults that OpenAPI v3 shows (`default`). A field that is always there (required, or a struct by value) shows its
 * zero; rows are for those that show another value, show one although they are optional, or show none although they are
 * required (pointers: `none`).
 */
const zeroText = '';
const none = undefined;
const struct = {};

/** Definition (without `io.k8s.api.`) to property to default. */
const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'admissionregistration.v1.MutatingWebhook': { sideEffects: none },
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec': { policyName: none },
  'admissionregistration.v1.ValidatingWebhook': { sideEffects: none },
  'apiserverinternal.v1alpha1.ServerStorageVersion': { apiServerID: none, encodingVersion: none },
  'apiserverinternal.v1alpha1.StorageVersion': { spec: struct },
  'apiserverinternal.v1alpha1.StorageVersionCondition': { message: none },
  'apps.v1.DaemonSetSpec': { selector: none },
  'apps.v1.DeploymentSpec': { selector: none },
  'apps.v1.ReplicaSetSpec': { selector: none },
  'apps.v1.StatefulSetOrdinals': { start: 0 },
  'apps.v1.StatefulSetSpec': { selector: none, serviceName: zeroText },
  'apps.v1.StatefulSetStatus': { availableReplicas: 0 },
  'authentication.v1.SelfSubjectReviewStatus': { userInfo: struct },
  'authentication.v1.TokenRequestStatus': { token: zeroText },
  'authentication.v1.TokenReviewSpec': { token: none },
  'authentication.v1.TokenReviewStatus': { user: struct },
  'autoscaling.v1.ScaleSpec': { replicas: 0 },
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': { status: zeroText },
  'certificates.v1beta1.PodCertificateRequestSpec': { maxExpirationSeconds: 86_400 },
  'coordination.v1alpha2.LeaseCandidateSpec': { strategy: none },
  'coordination.v1beta1.LeaseCandidateSpec': { strategy: none },
  'core.v1.AzureDiskVolumeSource': { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false },
  'core.v1.ConfigMapEnvSource': { name: zeroText },
  'core.v1.ConfigMapKeySelector': { name: zeroText },
  'core.v1.ConfigMapProjection': { name: zeroText },
  'core.v1.ConfigMapVolumeSource': { name: zeroText },
  'core.v1.ContainerPort': { protocol: 'TCP' },
  'core.v1.ContainerRestartRule': { action: none },
  'core.v1.ContainerRestartRuleOnExitCodes': { operator: none },
  'core.v1.Event': { reportingComponent: zeroText, reportingInstance: zeroText },
  'core.v1.FileKeySelector': { optional: false },
  'core.v1.GRPCAction': { service: zeroText },
  'core.v1.ISCSIPersistentVolumeSource': { iscsiInterface: 'default' },
  'core.v1.ISCSIVolumeSource': { iscsiInterface: 'default' },
  'core.v1.ImageVolumeStatus': { imageRef: none },
  'core.v1.LocalObjectReference': { name: zeroText },
  'core.v1.NodeRuntimeHandler': { name: zeroText },
  'core.v1.PodCertificateProjection': { keyType: none, signerName: none },
  'core.v1.RBDPersistentVolumeSource': { keyring: '/etc/ceph/keyring', pool: 'rbd', user: 'admin' },
  'core.v1.RBDVolumeSource': { keyring: '/etc/ceph/keyring', pool: 'rbd', user: 'admin' },
  'core.v1.ReplicationControllerSpec': { minReadySeconds: 0, replicas: 1 },
  'core.v1.ScaleIOPersistentVolumeSource': { fsType: 'xfs', secretRef: none, storageMode: 'ThinProvisioned' },
  'core.v1.ScaleIOVolumeSource': { fsType: 'xfs', secretRef: none, storageMode: 'ThinProvisioned' },
  'core.v1.SecretEnvSource': { name: zeroText },
  'core.v1.SecretKeySelector': { name: zeroText },
  'core.v1.SecretProjection': { name: zeroText },
  'core.v1.ServicePort': { protocol: 'TCP' },
  'flowcontrol.v1.FlowSchemaSpec': { matchingPrecedence: 0 },
  'flowcontrol.v1.QueuingConfiguration': { handSize: 0, queueLengthLimit: 0, queues: 0 },
  'networking.v1.HTTPIngressPath': { pathType: none },
  'networking.v1.IPAddressSpec': { parentRef: none },
  'networking.v1.ParentReference': { name: none, resource: none },
  'networking.v1beta1.IPAddressSpec': { parentRef: none },
  'networking.v1beta1.ParentReference': { name: none, resource: none },
  'policy.v1.PodDisruptionBudgetStatus': { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  'rbac.v1.RoleRef': { apiGroup: zeroText },
  'resource.v1.DeviceToleration': { operator: 'Equal' },
  'resource.v1alpha3.PoolStatus': { driver: none, poolName: none },
  'resource.v1alpha3.ResourcePoolStatusRequest': { status: none },
  'resource.v1alpha3.ResourcePoolStatusRequestSpec': { limit: 100 },
  'resource.v1alpha3.ResourcePoolStatusRequestStatus': { poolCount: none },
  'resource.v1beta1.AllocationResult': { devices: struct },
  'resource.v1beta1.DeviceRequest': { deviceClassName: zeroText },
  'resource.v1beta1.DeviceToleration': { operator: 'Equal' },
  'resource.v1beta1.ResourceClaimSpec': { devices: struct },
  'resource.v1beta2.AllocationResult': { devices: struct },
  'resource.v1beta2.DeviceToleration': { operator: 'Equal' },
  'resource.v1beta2.ResourceClaimSpec': { devices: struct },
  'scheduling.v1.PriorityClass': { value: 0 },
  'scheduling.v1alpha2.PodGroupSpec': { disruptionMode: 'Pod' },
};

/** The default of one field, as a part of its schema. */
export function fieldDefault(definition: string, property: string): { default?: unknown } {
  const found = defaults[definition.replace(/^io\.k8s\.api\./, '')];
  return found && Object.hasOwn(found, property) ? { default: found[property] } : {};
}
