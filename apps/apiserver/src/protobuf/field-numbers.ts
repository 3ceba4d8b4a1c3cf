/**
 * Field numbers of the wire format for what kubectl's typed commands send (create, auth, token, drain). A row lists the
 * fields by number from 1 on; `_` is a number that is not used, and a number before names jumps there. `?` marks fields
 * whose zero is a value of its own: absent and zero are different things to it.
 */
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const core = 'io.k8s.api.core.v1.';
const rbac = 'io.k8s.api.rbac.v1.';
const authentication = 'io.k8s.api.authentication.v1.';
const authorization = 'io.k8s.api.authorization.v1.';
const coordination = 'io.k8s.api.coordination.v1.';

const rows: Readonly<Record<string, string>> = {
  [`${meta}ObjectMeta`]:
    'name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds? labels annotations ownerReferences finalizers',
  [`${meta}OwnerReference`]: 'kind _ name uid apiVersion controller? blockOwnerDeletion?',
  [`${meta}LabelSelector`]: 'matchLabels matchExpressions',
  [`${meta}LabelSelectorRequirement`]: 'key operator values',
  [`${meta}DeleteOptions`]: 'gracePeriodSeconds? preconditions orphanDependents? propagationPolicy dryRun',
  [`${meta}Preconditions`]: 'uid resourceVersion',
  [`${core}Namespace`]: 'metadata spec status',
  [`${core}NamespaceSpec`]: 'finalizers',
  [`${core}NamespaceStatus`]: 'phase',
  [`${core}ConfigMap`]: 'metadata data binaryData immutable?',
  [`${core}Secret`]: 'metadata data type stringData immutable?',
  [`${core}ServiceAccount`]: 'metadata secrets imagePullSecrets automountServiceAccountToken?',
  [`${core}ObjectReference`]: 'kind namespace name uid apiVersion resourceVersion fieldPath',
  [`${core}LocalObjectReference`]: 'name',
  [`${core}Service`]: 'metadata spec status',
  [`${core}ServiceSpec`]:
    'ports selector clusterIP type externalIPs _ sessionAffinity loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig 17 ipFamilyPolicy clusterIPs ipFamilies allocateLoadBalancerNodePorts? loadBalancerClass internalTrafficPolicy trafficDistribution',
  [`${core}ServicePort`]: 'name protocol port targetPort nodePort appProtocol',
  [`${core}SessionAffinityConfig`]: 'clientIP',
  [`${core}ClientIPConfig`]: 'timeoutSeconds?',
  [`${core}ServiceStatus`]: 'loadBalancer conditions',
  [`${core}LoadBalancerStatus`]: 'ingress',
  [`${core}Binding`]: 'metadata target',
  [`${core}Event`]: 'metadata involvedObject reason message source firstTimestamp lastTimestamp count type eventTime series action related reportingComponent reportingInstance',
  [`${core}EventSource`]: 'component host',
  [`${core}EventSeries`]: 'count lastObservedTime',
  [`${rbac}Role`]: 'metadata rules',
  [`${rbac}ClusterRole`]: 'metadata rules aggregationRule',
  [`${rbac}RoleBinding`]: 'metadata subjects roleRef',
  [`${rbac}ClusterRoleBinding`]: 'metadata subjects roleRef',
  [`${rbac}PolicyRule`]: 'verbs apiGroups resources resourceNames nonResourceURLs',
  [`${rbac}Subject`]: 'kind apiGroup name namespace',
  [`${rbac}RoleRef`]: 'apiGroup kind name',
  [`${rbac}AggregationRule`]: 'clusterRoleSelectors',
  [`${authentication}TokenRequest`]: 'metadata spec status',
  [`${authentication}TokenRequestSpec`]: 'audiences _ boundObjectRef expirationSeconds?',
  [`${authentication}BoundObjectReference`]: 'kind apiVersion name uid',
  [`${authentication}SelfSubjectReview`]: 'metadata status',
  [`${authentication}TokenReview`]: 'metadata spec status',
  [`${authentication}TokenReviewSpec`]: 'token audiences',
  [`${authorization}SelfSubjectAccessReview`]: 'metadata spec status',
  [`${authorization}SelfSubjectAccessReviewSpec`]: 'resourceAttributes nonResourceAttributes',
  [`${authorization}SelfSubjectRulesReview`]: 'metadata spec status',
  [`${authorization}SelfSubjectRulesReviewSpec`]: 'namespace',
  [`${authorization}SubjectAccessReview`]: 'metadata spec status',
  [`${authorization}LocalSubjectAccessReview`]: 'metadata spec status',
  [`${authorization}SubjectAccessReviewSpec`]: 'resourceAttributes nonResourceAttributes user groups _ uid',
  [`${authorization}ResourceAttributes`]: 'namespace verb group version resource subresource name',
  [`${authorization}NonResourceAttributes`]: 'path verb',
  'io.k8s.api.policy.v1.Eviction': 'metadata deleteOptions',
  [`${coordination}Lease`]: 'metadata spec',
  [`${coordination}LeaseSpec`]: 'holderIdentity leaseDurationSeconds? acquireTime renewTime leaseTransitions? strategy preferredHolder',
};

/** One field as the wire knows it. */
export interface WireField {
  readonly name: string;
  /** Zero is sent only when it was set. */
  readonly isPointer: boolean;
}

const parsed = new Map<string, ReadonlyMap<number, WireField>>();

/** The fields of a definition by number; undefined for those without a row. */
export function wireFieldsOf(definition: string): ReadonlyMap<number, WireField> | undefined {
  const row = rows[definition];
  if (row === undefined) return undefined;
  const known = parsed.get(definition) ?? parseRow(row);
  parsed.set(definition, known);
  return known;
}

function parseRow(row: string): ReadonlyMap<number, WireField> {
  const fields = new Map<number, WireField>();
  let number = 1;
  for (const word of row.split(' ')) {
    if (/^\d+$/.test(word)) number = Number(word);
    else {
      if (word !== '_') fields.set(number, { name: word.replace('?', ''), isPointer: word.endsWith('?') });
      number++;
    }
  }
  return fields;
}
