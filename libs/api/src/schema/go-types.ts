/**
 * Names of types as decoding errors show them: `cannot unmarshal string into Go struct field PodSpec.spec.containers of
 * type []v1.Container`. Users search for these texts, and the conformance tests compare some.
 */
import { fieldsName, intOrStringName, microTimeName, quantityName, timeName } from './scalars';
import type { SchemaNode } from './types';

/** Scalars that have a type of their own: definition (without `io.k8s.api.`) to property to type. */
const named: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'core.v1.Container': { imagePullPolicy: 'v1.PullPolicy', terminationMessagePolicy: 'v1.TerminationMessagePolicy', restartPolicy: 'v1.ContainerRestartPolicy' },
  'core.v1.ContainerPort': { protocol: 'v1.Protocol' },
  'core.v1.EmptyDirVolumeSource': { medium: 'v1.StorageMedium' },
  'core.v1.EndpointPort': { protocol: 'v1.Protocol' },
  'core.v1.HTTPGetAction': { scheme: 'v1.URIScheme' },
  'core.v1.HostPathVolumeSource': { type: 'v1.HostPathType' },
  'core.v1.NamespaceSpec': { finalizers: 'v1.FinalizerName' },
  'core.v1.NamespaceStatus': { phase: 'v1.NamespacePhase' },
  'core.v1.NodeCondition': { status: 'v1.ConditionStatus', type: 'v1.NodeConditionType' },
  'core.v1.NodeSelectorRequirement': { operator: 'v1.NodeSelectorOperator' },
  'core.v1.NodeStatus': { phase: 'v1.NodePhase' },
  'core.v1.PersistentVolumeClaimSpec': { accessModes: 'v1.PersistentVolumeAccessMode', volumeMode: 'v1.PersistentVolumeMode' },
  'core.v1.PodCondition': { status: 'v1.ConditionStatus', type: 'v1.PodConditionType' },
  'core.v1.PodSecurityContext': { fsGroupChangePolicy: 'v1.PodFSGroupChangePolicy' },
  'core.v1.PodSpec': { dnsPolicy: 'v1.DNSPolicy', preemptionPolicy: 'v1.PreemptionPolicy', restartPolicy: 'v1.RestartPolicy' },
  'core.v1.PodStatus': { phase: 'v1.PodPhase', qosClass: 'v1.PodQOSClass' },
  'core.v1.Secret': { type: 'v1.SecretType' },
  'core.v1.ServicePort': { protocol: 'v1.Protocol' },
  'core.v1.ServiceSpec': {
    externalTrafficPolicy: 'v1.ServiceExternalTrafficPolicy',
    internalTrafficPolicy: 'v1.ServiceInternalTrafficPolicy',
    ipFamilies: 'v1.IPFamily',
    ipFamilyPolicy: 'v1.IPFamilyPolicy',
    sessionAffinity: 'v1.ServiceAffinity',
    type: 'v1.ServiceType',
  },
  'core.v1.Taint': { effect: 'v1.TaintEffect' },
  'core.v1.Toleration': { effect: 'v1.TaintEffect', operator: 'v1.TolerationOperator' },
  'core.v1.TopologySpreadConstraint': { whenUnsatisfiable: 'v1.UnsatisfiableConstraintAction' },
  'discovery.v1.EndpointPort': { protocol: 'v1.Protocol' },
  'discovery.v1.EndpointSlice': { addressType: 'v1.AddressType' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement': { operator: 'v1.LabelSelectorOperator' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { uid: 'types.UID' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': { uid: 'types.UID' },
};

const scalars: Readonly<Record<string, string>> = {
  [quantityName]: 'resource.Quantity',
  [timeName]: 'v1.Time',
  [microTimeName]: 'v1.MicroTime',
  [intOrStringName]: 'intstr.IntOrString',
  [fieldsName]: 'v1.FieldsV1',
};

/** `io.k8s.api.core.v1.Pod` -> `v1.Pod`. */
export const structType = (definition: string): string => definition.split('.').slice(-2).join('.');

/** The type of a field; `elementOf` is that of a list's or map's elements. */
export function fieldType(definition: string, property: string, node: SchemaNode): string {
  return typeOf(node, named[definition.replace(/^io\.k8s\.api\./, '')]?.[property]);
}

function typeOf(node: SchemaNode, scalar?: string): string {
  if (node.$ref) return scalars[node.$ref] ?? structType(node.$ref);
  if (node.items) return `[]${typeOf(node.items, scalar)}`;
  if (node.additionalProperties) {
    return node.additionalProperties.$ref === quantityName ? 'v1.ResourceList' : `map[string]${typeOf(node.additionalProperties, scalar)}`;
  }
  if (node.format === 'byte') return '[]uint8';
  if (node.type === 'integer') return node.format ?? 'int';
  if (node.type === 'number') return 'float64';
  if (node.type === 'boolean') return 'bool';
  return scalar ?? (node.type === 'string' ? 'string' : 'map[string]interface {}');
}
