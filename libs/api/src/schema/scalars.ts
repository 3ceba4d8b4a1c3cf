/**
 * Types that are one JSON value but more than its JSON type says, and the fields that have them where the source of the
 * schemas (the JS client's models) has only `string` or `object`.
 */
import type { SchemaNode } from './types';

export const quantityName = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const timeName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
export const microTimeName = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
export const intOrStringName = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
export const fieldsName = 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1';
export const patchName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';
export const rawExtensionName = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
const extensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
/** A schema of custom objects, and what may stand in its place (apiextensions/v1). */
export const schemaName = `${extensions}JSONSchemaProps`;
export const jsonName = `${extensions}JSON`;
export const schemaOrArrayName = `${schemaName}OrArray`;
export const schemaOrBoolName = `${schemaName}OrBool`;
export const schemaOrStringArrayName = `${schemaName}OrStringArray`;
const basicPolicyName = 'io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy';
const storageVersionSpecName = 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec';
const customStatusName = `${extensions}CustomResourceSubresourceStatus`;

/** Their definitions as OpenAPI v2 shows them. */
export const scalarDefinitions: Readonly<Record<string, SchemaNode>> = {
  [quantityName]: {
    type: 'string',
    description:
      'A number with an optional suffix: decimal (m, k, M, G, T, P, E), binary (Ki, Mi, Gi, Ti, Pi, Ei) or an exponent (1e3). Kept and compared exactly; written back in canonical form.',
  },
  [timeName]: { type: 'string', format: 'date-time', description: 'A moment, RFC 3339, to the second.' },
  [microTimeName]: { type: 'string', format: 'date-time', description: 'A moment, RFC 3339, to the microsecond.' },
  [intOrStringName]: { type: 'string', format: 'int-or-string', description: 'A 32-bit integer or a string, such as a number of a port or its name.' },
  [fieldsName]: {
    type: 'object',
    description: "The set of fields that a manager owns, as a tree: keys are 'f:<field>', 'k:<key fields of a list item>', 'v:<value of a set item>', 'i:<index>' or '.' for the field itself.",
  },
  [patchName]: { type: 'object', description: 'A patch in one of the formats that the media type names.' },
  [rawExtensionName]: { type: 'object', description: 'Any object.' },
  [jsonName]: { description: 'Any JSON value.' },
  [schemaOrArrayName]: { description: 'A schema, or a list of schemas.' },
  [schemaOrBoolName]: { description: 'A schema, or whether anything is allowed.' },
  [schemaOrStringArrayName]: { description: 'A schema, or a list of names.' },
  [basicPolicyName]: { type: 'object', description: 'Each pod is scheduled by itself.' },
  [storageVersionSpecName]: { type: 'object', description: 'Nothing.' },
  [customStatusName]: { type: 'object', description: 'Gives custom objects a status subresource, through which alone their status is written, and nothing else.' },
};

const quantity: SchemaNode = { $ref: quantityName };
const quantities: SchemaNode = { type: 'object', additionalProperties: quantity };
const anyObject: SchemaNode = { $ref: rawExtensionName };

const deviceFields = {
  AllocatedDeviceStatus: { data: anyObject },
  CapacityRequestPolicy: { default: quantity, validValues: { type: 'array', items: quantity } },
  CapacityRequestPolicyRange: { max: quantity, min: quantity, step: quantity },
  CapacityRequirements: { requests: quantities },
  Counter: { value: quantity },
  DeviceCapacity: { value: quantity },
  DeviceRequestAllocationResult: { consumedCapacity: quantities },
  NodeAllocatableResourceMapping: { allocationMultiplier: quantity },
  OpaqueDeviceConfiguration: { parameters: anyObject },
} as const satisfies Readonly<Record<string, Readonly<Record<string, SchemaNode>>>>;

/** The same rows for each version of resource.k8s.io. */
const deviceRows = Object.fromEntries(['v1', 'v1beta1', 'v1beta2'].flatMap((version) => Object.entries(deviceFields).map(([name, row]) => [`resource.${version}.${name}`, row])));

/** Definition (without `io.k8s.api.`) to property to its true schema. */
const fields: Readonly<Record<string, Readonly<Record<string, SchemaNode>>>> = {
  ...deviceRows,
  'apiserverinternal.v1alpha1.StorageVersion': { spec: { $ref: storageVersionSpecName } },
  'apps.v1.ControllerRevision': { data: anyObject },
  'autoscaling.v2.HPAScalingRules': { tolerance: quantity },
  'autoscaling.v2.MetricTarget': { averageValue: quantity, value: quantity },
  'autoscaling.v2.MetricValueStatus': { averageValue: quantity, value: quantity },
  'scheduling.v1alpha2.PodGroupSchedulingPolicy': { basic: { $ref: basicPolicyName } },
  'core.v1.ContainerStatus': { allocatedResources: quantities },
  'core.v1.EmptyDirVolumeSource': { sizeLimit: quantity },
  'core.v1.LimitRangeItem': { default: quantities, defaultRequest: quantities, max: quantities, maxLimitRequestRatio: quantities, min: quantities },
  'core.v1.NodeAllocatableResourceClaimStatus': { resources: quantities },
  'core.v1.NodeStatus': { allocatable: quantities, capacity: quantities },
  'core.v1.PersistentVolumeClaimStatus': { allocatedResources: quantities, capacity: quantities },
  'core.v1.PersistentVolumeSpec': { capacity: quantities },
  'core.v1.PodSpec': { overhead: quantities },
  'core.v1.PodStatus': { allocatedResources: quantities },
  'core.v1.ResourceFieldSelector': { divisor: quantity },
  'core.v1.ResourceQuotaSpec': { hard: quantities },
  'core.v1.ResourceQuotaStatus': { hard: quantities, used: quantities },
  'core.v1.ResourceRequirements': { limits: quantities, requests: quantities },
  'core.v1.VolumeResourceRequirements': { limits: quantities, requests: quantities },
  'node.v1.Overhead': { podFixed: quantities },
  'storage.v1.CSIStorageCapacity': { capacity: quantity, maximumVolumeSize: quantity },
  [schemaName]: {
    additionalItems: { $ref: schemaOrBoolName },
    additionalProperties: { $ref: schemaOrBoolName },
    default: { $ref: jsonName },
    dependencies: { type: 'object', additionalProperties: { $ref: schemaOrStringArrayName } },
    enum: { type: 'array', items: { $ref: jsonName } },
    example: { $ref: jsonName },
    items: { $ref: schemaOrArrayName },
  },
  [`${extensions}CustomResourceSubresources`]: { status: { $ref: customStatusName } },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry': { fieldsV1: { $ref: fieldsName } },
  'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent': { object: { $ref: rawExtensionName } },
};

/** The true schema of a field, where the models have less. */
export function correctedField(definition: string, property: string): SchemaNode | undefined {
  return fields[definition.replace(/^io\.k8s\.api\./, '')]?.[property];
}
