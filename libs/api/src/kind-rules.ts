/** Which defaults and rules belong to which kind: one table, so that a missing row is seen. */
import type { FieldError } from '@typernetes/machinery';
import { defaultMutatingWebhookConfiguration, defaultValidatingWebhookConfiguration } from './admissionregistration/defaults';
import { defaultMutatingAdmissionPolicy, defaultMutatingAdmissionPolicyBinding, defaultValidatingAdmissionPolicy, defaultValidatingAdmissionPolicyBinding } from './admissionregistration/policy-defaults';
import { validateMutatingAdmissionPolicy, validateMutatingAdmissionPolicyBinding } from './admissionregistration/validate-mutating-policies';
import { validateValidatingAdmissionPolicy, validateValidatingAdmissionPolicyBinding } from './admissionregistration/validate-policies';
import { validateWebhookConfiguration } from './admissionregistration/validate-webhooks';
import { defaultAPIService, validateAPIService, validateAPIServiceStatus } from './apiregistration/validate';
import { defaultCustomResourceDefinition } from './apiextensions/defaults';
import * as definitions from './apiextensions/validate';
import * as defaults from './defaults';
import type { KindDefinition } from './kind';
import { resources } from './resources';
import * as validation from './validation';

interface KindRules<T> {
  defaults?: (object: T) => void;
  validateCreate?: (next: T) => FieldError[];
  validateUpdate?: (next: T, previous: T) => FieldError[];
  /** Of the status subresource. */
  validateStatusUpdate?: (next: T, previous: T) => FieldError[];
  /** Of subresources that write one part of the object. */
  validatePartUpdates?: Record<string, (next: T, previous: T) => FieldError[]>;
}

/** A handle and the rules for its type; the pair is checked here and the type forgotten. */
function rulesOf<T extends object>(type: { kind: string; group: string; object?: T }, rules: KindRules<T>): [string, KindRules<object>] {
  return [`${type.group}/${type.kind}`, rules as KindRules<object>];
}

const rulesByKind: ReadonlyMap<string, KindRules<object>> = new Map([
  rulesOf(resources.bindings, { validateCreate: validation.validateBindingCreate }),
  rulesOf(resources.configMaps, { validateCreate: validation.validateConfigMapCreate, validateUpdate: validation.validateConfigMapUpdate }),
  rulesOf(resources.endpoints, {
    defaults: defaults.defaultEndpoints,
    validateCreate: validation.validateEndpointsCreate,
    validateUpdate: validation.validateEndpointsUpdate,
  }),
  rulesOf(resources.endpointSlices, {
    defaults: defaults.defaultEndpointSlice,
    validateCreate: validation.validateEndpointSliceCreate,
    validateUpdate: validation.validateEndpointSliceUpdate,
  }),
  rulesOf(resources.events, { validateCreate: validation.validateEventCreate, validateUpdate: validation.validateEventUpdate }),
  rulesOf(resources.eventsV1, { validateCreate: validation.validateEventV1Create, validateUpdate: validation.validateEventV1Update }),
  rulesOf(resources.namespaces, {
    defaults: defaults.defaultNamespace,
    validateCreate: validation.validateNamespaceCreate,
    validateUpdate: validation.validateNamespaceUpdate,
    validateStatusUpdate: validation.validateNamespaceStatusUpdate,
  }),
  rulesOf(resources.nodes, {
    defaults: defaults.defaultNode,
    validateCreate: validation.validateNodeCreate,
    validateUpdate: validation.validateNodeUpdate,
    validateStatusUpdate: validation.validateNodeStatusUpdate,
  }),
  rulesOf(resources.pods, {
    defaults: defaults.defaultPod,
    validateCreate: validation.validatePodCreate,
    validateUpdate: validation.validatePodUpdate,
    validateStatusUpdate: validation.validatePodStatusUpdate,
    validatePartUpdates: {
      ephemeralcontainers: validation.validatePodEphemeralContainersUpdate,
      resize: validation.validatePodResize,
    },
  }),
  rulesOf(resources.replicationControllers, {
    defaults: defaults.defaultReplicationController,
    validateCreate: validation.validateReplicationControllerCreate,
    validateUpdate: validation.validateReplicationControllerUpdate,
    validateStatusUpdate: validation.validateReplicationControllerStatusUpdate,
  }),
  rulesOf(resources.secrets, {
    defaults: defaults.defaultSecret,
    validateCreate: validation.validateSecretCreate,
    validateUpdate: validation.validateSecretUpdate,
  }),
  rulesOf(resources.services, {
    defaults: defaults.defaultService,
    validateCreate: validation.validateServiceCreate,
    validateUpdate: validation.validateServiceUpdate,
    validateStatusUpdate: validation.validateServiceStatusUpdate,
  }),
  rulesOf(resources.leases, { validateCreate: validation.validateLeaseCreate, validateUpdate: validation.validateLeaseUpdate }),
  rulesOf(resources.roles, { validateCreate: validation.validateRoleCreate, validateUpdate: validation.validateRoleUpdate }),
  rulesOf(resources.clusterRoles, { validateCreate: validation.validateClusterRoleCreate, validateUpdate: validation.validateClusterRoleUpdate }),
  rulesOf(resources.roleBindings, {
    defaults: defaults.defaultRoleBinding,
    validateCreate: validation.validateRoleBindingCreate,
    validateUpdate: validation.validateRoleBindingUpdate,
  }),
  rulesOf(resources.clusterRoleBindings, {
    defaults: defaults.defaultClusterRoleBinding,
    validateCreate: validation.validateClusterRoleBindingCreate,
    validateUpdate: validation.validateClusterRoleBindingUpdate,
  }),
  rulesOf(resources.subjectAccessReviews, { validateCreate: validation.validateSubjectAccessReviewCreate }),
  rulesOf(resources.localSubjectAccessReviews, { validateCreate: validation.validateLocalSubjectAccessReviewCreate }),
  rulesOf(resources.selfSubjectAccessReviews, { validateCreate: validation.validateSelfSubjectAccessReviewCreate }),
  rulesOf(resources.daemonSets, {
    defaults: defaults.defaultDaemonSet,
    validateCreate: validation.validateDaemonSetCreate,
    validateUpdate: validation.validateDaemonSetUpdate,
    validateStatusUpdate: validation.validateDaemonSetStatusUpdate,
  }),
  rulesOf(resources.deployments, {
    defaults: defaults.defaultDeployment,
    validateCreate: validation.validateDeploymentCreate,
    validateUpdate: validation.validateDeploymentUpdate,
    validateStatusUpdate: validation.validateDeploymentStatusUpdate,
  }),
  rulesOf(resources.replicaSets, {
    defaults: defaults.defaultReplicaSet,
    validateCreate: validation.validateReplicaSetCreate,
    validateUpdate: validation.validateReplicaSetUpdate,
    validateStatusUpdate: validation.validateReplicaSetStatusUpdate,
  }),
  rulesOf(resources.statefulSets, {
    defaults: defaults.defaultStatefulSet,
    validateCreate: validation.validateStatefulSetCreate,
    validateUpdate: validation.validateStatefulSetUpdate,
    validateStatusUpdate: validation.validateStatefulSetStatusUpdate,
  }),
  rulesOf(resources.controllerRevisions, {
    validateCreate: validation.validateControllerRevisionCreate,
    validateUpdate: validation.validateControllerRevisionUpdate,
  }),
  rulesOf(resources.cronJobs, {
    defaults: defaults.defaultCronJob,
    validateCreate: validation.validateCronJobCreate,
    validateUpdate: validation.validateCronJobUpdate,
  }),
  rulesOf(resources.jobs, {
    defaults: defaults.defaultJob,
    validateCreate: validation.validateJobCreate,
    validateUpdate: validation.validateJobUpdate,
    validateStatusUpdate: validation.validateJobStatusUpdate,
  }),
  rulesOf(resources.podDisruptionBudgets, {
    validateCreate: validation.validatePodDisruptionBudgetCreate,
    validateUpdate: validation.validatePodDisruptionBudgetUpdate,
    validateStatusUpdate: validation.validatePodDisruptionBudgetStatusUpdate,
  }),
  rulesOf(resources.certificateSigningRequests, {
    validateCreate: validation.validateCertificateSigningRequestCreate,
    validateUpdate: validation.validateCertificateSigningRequestUpdate,
    validateStatusUpdate: validation.validateCertificateSigningRequestStatusUpdate,
    validatePartUpdates: { approval: validation.validateCertificateSigningRequestApproval },
  }),
  rulesOf(resources.limitRanges, {
    defaults: defaults.defaultLimitRange,
    validateCreate: validation.validateLimitRangeCreate,
    validateUpdate: validation.validateLimitRangeUpdate,
  }),
  rulesOf(resources.persistentVolumes, {
    defaults: defaults.defaultPersistentVolume,
    validateCreate: validation.validatePersistentVolumeCreate,
    validateUpdate: validation.validatePersistentVolumeUpdate,
  }),
  rulesOf(resources.persistentVolumeClaims, {
    defaults: defaults.defaultPersistentVolumeClaim,
    validateCreate: validation.validatePersistentVolumeClaimCreate,
    validateUpdate: validation.validatePersistentVolumeClaimUpdate,
  }),
  rulesOf(resources.podTemplates, {
    defaults: defaults.defaultPodTemplate,
    validateCreate: validation.validatePodTemplateCreate,
    validateUpdate: validation.validatePodTemplateUpdate,
  }),
  rulesOf(resources.resourceQuotas, {
    validateCreate: validation.validateResourceQuotaCreate,
    validateUpdate: validation.validateResourceQuotaUpdate,
    validateStatusUpdate: validation.validateResourceQuotaStatusUpdate,
  }),
  rulesOf(resources.storageClasses, {
    defaults: defaults.defaultStorageClass,
    validateCreate: validation.validateStorageClassCreate,
    validateUpdate: validation.validateStorageClassUpdate,
  }),
  rulesOf(resources.volumeAttributesClasses, {
    validateCreate: validation.validateVolumeAttributesClassCreate,
    validateUpdate: validation.validateVolumeAttributesClassUpdate,
  }),
  rulesOf(resources.csiDrivers, {
    defaults: defaults.defaultCSIDriver,
    validateCreate: validation.validateCSIDriverCreate,
    validateUpdate: validation.validateCSIDriverUpdate,
  }),
  rulesOf(resources.csiNodes, { validateCreate: validation.validateCSINodeCreate, validateUpdate: validation.validateCSINodeUpdate }),
  rulesOf(resources.csiStorageCapacities, {
    validateCreate: validation.validateCSIStorageCapacityCreate,
    validateUpdate: validation.validateCSIStorageCapacityUpdate,
  }),
  rulesOf(resources.volumeAttachments, {
    validateCreate: validation.validateVolumeAttachmentCreate,
    validateUpdate: validation.validateVolumeAttachmentUpdate,
  }),
  rulesOf(resources.flowSchemas, {
    defaults: defaults.defaultFlowSchema,
    validateCreate: validation.validateFlowSchemaCreate,
    validateUpdate: validation.validateFlowSchemaUpdate,
    validateStatusUpdate: validation.validateFlowSchemaStatusUpdate,
  }),
  rulesOf(resources.priorityLevelConfigurations, {
    defaults: defaults.defaultPriorityLevelConfiguration,
    validateCreate: validation.validatePriorityLevelConfigurationCreate,
    validateUpdate: validation.validatePriorityLevelConfigurationUpdate,
    validateStatusUpdate: validation.validatePriorityLevelConfigurationStatusUpdate,
  }),
  rulesOf(resources.deviceClasses, { validateCreate: validation.validateDeviceClassCreate, validateUpdate: validation.validateDeviceClassUpdate }),
  rulesOf(resources.resourceClaims, {
    defaults: defaults.defaultResourceClaim,
    validateCreate: validation.validateResourceClaimCreate,
    validateUpdate: validation.validateResourceClaimUpdate,
    validateStatusUpdate: validation.validateResourceClaimStatusUpdate,
  }),
  rulesOf(resources.resourceClaimTemplates, {
    defaults: defaults.defaultResourceClaimTemplate,
    validateCreate: validation.validateResourceClaimTemplateCreate,
    validateUpdate: validation.validateResourceClaimTemplateUpdate,
  }),
  rulesOf(resources.resourceSlices, { validateCreate: validation.validateResourceSliceCreate, validateUpdate: validation.validateResourceSliceUpdate }),
  rulesOf(resources.priorityClasses, {
    defaults: defaults.defaultPriorityClass,
    validateCreate: validation.validatePriorityClassCreate,
    validateUpdate: validation.validatePriorityClassUpdate,
  }),
  rulesOf(resources.runtimeClasses, {
    validateCreate: validation.validateRuntimeClassCreate,
    validateUpdate: validation.validateRuntimeClassUpdate,
  }),
  rulesOf(resources.horizontalPodAutoscalers, {
    defaults: defaults.defaultHorizontalPodAutoscaler,
    validateCreate: validation.validateHorizontalPodAutoscalerCreate,
    validateUpdate: validation.validateHorizontalPodAutoscalerUpdate,
    validateStatusUpdate: validation.validateHorizontalPodAutoscalerStatusUpdate,
  }),
  rulesOf(resources.ingresses, {
    validateCreate: validation.validateIngressCreate,
    validateUpdate: validation.validateIngressUpdate,
    validateStatusUpdate: validation.validateIngressStatusUpdate,
  }),
  rulesOf(resources.ingressClasses, {
    defaults: defaults.defaultIngressClass,
    validateCreate: validation.validateIngressClassCreate,
    validateUpdate: validation.validateIngressClassUpdate,
  }),
  rulesOf(resources.networkPolicies, {
    defaults: defaults.defaultNetworkPolicy,
    validateCreate: validation.validateNetworkPolicyCreate,
    validateUpdate: validation.validateNetworkPolicyUpdate,
  }),
  rulesOf(resources.serviceCIDRs, { validateCreate: validation.validateServiceCIDRCreate, validateUpdate: validation.validateServiceCIDRUpdate }),
  rulesOf(resources.validatingAdmissionPolicies, { defaults: defaultValidatingAdmissionPolicy, validateCreate: validateValidatingAdmissionPolicy, validateUpdate: validateValidatingAdmissionPolicy }),
  rulesOf(resources.validatingAdmissionPolicyBindings, { defaults: defaultValidatingAdmissionPolicyBinding, validateCreate: validateValidatingAdmissionPolicyBinding, validateUpdate: validateValidatingAdmissionPolicyBinding }),
  rulesOf(resources.mutatingAdmissionPolicies, { defaults: defaultMutatingAdmissionPolicy, validateCreate: validateMutatingAdmissionPolicy, validateUpdate: validateMutatingAdmissionPolicy }),
  rulesOf(resources.mutatingAdmissionPolicyBindings, { defaults: defaultMutatingAdmissionPolicyBinding, validateCreate: validateMutatingAdmissionPolicyBinding, validateUpdate: validateMutatingAdmissionPolicyBinding }),
  rulesOf(resources.mutatingWebhookConfigurations, { defaults: defaultMutatingWebhookConfiguration, validateCreate: validateWebhookConfiguration, validateUpdate: validateWebhookConfiguration }),
  rulesOf(resources.validatingWebhookConfigurations, { defaults: defaultValidatingWebhookConfiguration, validateCreate: validateWebhookConfiguration, validateUpdate: validateWebhookConfiguration }),
  rulesOf(resources.apiServices, { defaults: defaultAPIService, validateCreate: validateAPIService, validateUpdate: validateAPIService, validateStatusUpdate: validateAPIServiceStatus }),
  rulesOf(resources.customResourceDefinitions, {
    defaults: defaultCustomResourceDefinition,
    validateCreate: definitions.validateCustomResourceDefinitionCreate,
    validateUpdate: definitions.validateCustomResourceDefinitionUpdate,
    validateStatusUpdate: definitions.validateCustomResourceDefinitionStatusUpdate,
  }),
  rulesOf(resources.ipAddresses, { validateCreate: validation.validateIPAddressCreate, validateUpdate: validation.validateIPAddressUpdate }),
]);

/** The definition with its kind's row; what the definition says itself stands. */
export function withRules(definition: KindDefinition): KindDefinition {
  const rules = rulesByKind.get(`${definition.group}/${definition.kind}`);
  if (!rules) return definition;
  const { validateCreate, validateUpdate, validateStatusUpdate, validatePartUpdates = {} } = rules;
  const parts = Object.entries(definition.partStrategies).map(([name, strategy]) => {
    const validate = validatePartUpdates[name];
    return [name, { ...(validate ? { validateUpdate: validate } : {}), ...strategy }];
  });
  return {
    ...(rules.defaults ? { defaults: rules.defaults } : {}),
    ...definition,
    strategy: { ...(validateCreate ? { validateCreate } : {}), ...(validateUpdate ? { validateUpdate } : {}), ...definition.strategy },
    ...(definition.statusStrategy
      ? { statusStrategy: { ...(validateStatusUpdate ? { validateUpdate: validateStatusUpdate } : {}), ...definition.statusStrategy } }
      : {}),
    partStrategies: Object.fromEntries(parts) as KindDefinition['partStrategies'],
  };
}
