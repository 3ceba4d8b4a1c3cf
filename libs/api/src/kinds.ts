import { mutatingAdmissionPolicy, mutatingAdmissionPolicyBinding } from './admissionregistration/mutating-admission-policy';
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './admissionregistration/webhook-configurations';
import { validatingAdmissionPolicy, validatingAdmissionPolicyBinding } from './admissionregistration/validating-admission-policy';
import { apiService } from './apiregistration/api-service';
import { customResourceDefinition } from './apiextensions/custom-resource-definition';
import { controllerRevision } from './apps/controller-revision';
import { daemonSet } from './apps/daemon-set';
import { deployment } from './apps/deployment';
import { replicaSet } from './apps/replica-set';
import { statefulSet } from './apps/stateful-set';
import { selfSubjectReview } from './authentication/self-subject-review';
import { tokenReview } from './authentication/token-review';
import { localSubjectAccessReview } from './authorization/local-subject-access-review';
import { selfSubjectAccessReview } from './authorization/self-subject-access-review';
import { selfSubjectRulesReview } from './authorization/self-subject-rules-review';
import { subjectAccessReview } from './authorization/subject-access-review';
import { horizontalPodAutoscaler, horizontalPodAutoscalerV1 } from './autoscaling/horizontal-pod-autoscaler';
import { cronJob } from './batch/cron-job';
import { job } from './batch/job';
import { certificateSigningRequest } from './certificates/certificate-signing-request';
import { lease } from './coordination/lease';
import { clusterTrustBundle } from './certificates/cluster-trust-bundle';
import { podCertificateRequest } from './certificates/pod-certificate-request';
import { leaseCandidate } from './coordination/lease-candidate';
import { binding } from './core/binding';
import { componentStatus } from './core/component-status';
import { configMap } from './core/config-map';
import { endpoints } from './core/endpoints';
import { event } from './core/event';
import { limitRange } from './core/limit-range';
import { namespace } from './core/namespace';
import { node } from './core/node';
import { persistentVolume } from './core/persistent-volume';
import { persistentVolumeClaim } from './core/persistent-volume-claim';
import { pod } from './core/pod';
import { podTemplate } from './core/pod-template';
import { replicationController } from './core/replication-controller';
import { resourceQuota } from './core/resource-quota';
import { secret } from './core/secret';
import { service } from './core/service';
import { serviceAccount } from './core/service-account';
import { endpointSlice } from './discovery/endpoint-slice';
import { eventV1 } from './events/event';
import { flowSchema, priorityLevelConfiguration } from './flowcontrol/kinds';
import { ingress, ingressClass } from './networking/ingress';
import { networkPolicy } from './networking/network-policy';
import { ipAddress, serviceCIDR } from './networking/service-cidr';
import { runtimeClass } from './node/runtime-class';
import { podDisruptionBudget } from './policy/pod-disruption-budget';
import { clusterRole } from './rbac/cluster-role';
import { clusterRoleBinding } from './rbac/cluster-role-binding';
import { role } from './rbac/role';
import { roleBinding } from './rbac/role-binding';
import { deviceClass, resourceClaim, resourceClaimTemplate, resourceSlice } from './resource/kinds';
import { priorityClass } from './scheduling/priority-class';
import { deviceTaintRule, resourcePoolStatusRequest } from './resource/taints-and-pools';
import { podGroup, workload } from './scheduling/workloads';
import { storageVersion, storageVersionMigration } from './storagemigration/storage-versions';
import { storageClass, volumeAttributesClass } from './storage/classes';
import { csiDriver, csiNode, csiStorageCapacity } from './storage/csi';
import { volumeAttachment } from './storage/volume-attachment';
import type { KindDefinition } from './kind';
import { inOtherVersions } from './other-versions';
import { withPrinter } from './printers';
import { withRules } from './kind-rules';
import { Registry } from './registry';
import { isServedByDefault } from './runtime-config';

const declarations: readonly KindDefinition[] = [
  apiService,
  binding,
  componentStatus,
  configMap,
  endpoints,
  event,
  namespace,
  node,
  pod,
  replicationController,
  secret,
  service,
  serviceAccount,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  eventV1,
  selfSubjectReview,
  tokenReview,
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  clusterRole,
  clusterRoleBinding,
  role,
  roleBinding,
  lease,
  endpointSlice,
  cronJob,
  job,
  podDisruptionBudget,
  limitRange,
  persistentVolume,
  persistentVolumeClaim,
  podTemplate,
  resourceQuota,
  storageClass,
  volumeAttributesClass,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  volumeAttachment,
  priorityClass,
  runtimeClass,
  horizontalPodAutoscaler,
  horizontalPodAutoscalerV1,
  certificateSigningRequest,
  flowSchema,
  priorityLevelConfiguration,
  deviceClass,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
  ingress,
  ingressClass,
  networkPolicy,
  serviceCIDR,
  ipAddress,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
  customResourceDefinition,
  clusterTrustBundle,
  podCertificateRequest,
  leaseCandidate,
  deviceTaintRule,
  resourcePoolStatusRequest,
  podGroup,
  workload,
  storageVersion,
  storageVersionMigration,
];

const declared: readonly KindDefinition[] = declarations.map(withRules).map(withPrinter);

/** Every built-in kind, in every version. Groups appear in discovery in this order. */
export const builtInKinds: readonly KindDefinition[] = [...declared, ...inOtherVersions(declared)];

/**
 * A registry of its own, so that custom kinds of one server are not seen by another in the same process. Without a choice
 * it has what is on by default.
 */
export const createRegistry = (isServed: (kind: KindDefinition) => boolean = isServedByDefault): Registry => new Registry(builtInKinds.filter(isServed));
