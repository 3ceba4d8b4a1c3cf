import { fieldError, validateDns1035Label, validateLabelValue, validatePathSegmentName, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import { below, isObject, type JsonObject, type Schema } from './schema';
import type { Validate } from './visit';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const textByKey: Schema = { type: 'object', additionalProperties: text };
const flag: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer', format: 'int64' };
const time: Schema = { type: 'string', format: 'date-time' };

const listOf = (properties: Readonly<Record<string, Schema>>): Schema => ({ type: 'array', items: { type: 'object', properties } });

const fields: Readonly<Record<string, Schema>> = {
  name: text,
  generateName: text,
  namespace: text,
  selfLink: text,
  uid: text,
  resourceVersion: text,
  generation: whole,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: whole,
  labels: textByKey,
  annotations: textByKey,
  ownerReferences: listOf({ apiVersion: text, kind: text, name: text, uid: text, controller: flag, blockOwnerDeletion: flag }),
  finalizers: texts,
  managedFields: listOf({ manager: text, operation: text, apiVersion: text, time, fieldsType: text, fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, subresource: text }),
};

/** meta/v1 ObjectMeta; a null counts as not set. */
export const objectMetaSchema: Schema = {
  type: 'object',
  nullable: true,
  properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, nullable: true }])),
};

function checkApiVersion(value: unknown, path: string): FieldError[] {
  if (value === undefined) return [fieldError.required(path, 'must not be empty')];
  if (typeof value !== 'string') return [fieldError.invalid(path, value, 'must be a string')];
  if (value === '') return [fieldError.invalid(path, value, 'must not be empty')];
  return value.split('/').length > 2 ? [fieldError.invalid(path, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function checkKind(value: unknown, path: string): FieldError[] {
  if (value === undefined) return [fieldError.required(path, 'must not be empty')];
  if (typeof value !== 'string') return [fieldError.invalid(path, value, 'must be a string')];
  if (value === '') return [fieldError.invalid(path, value, 'must not be empty')];
  return validateDns1035Label(value.toLowerCase()).map((detail) => fieldError.invalid(path, value, detail));
}

const strings = (value: unknown): [string, string][] => (isObject(value) ? Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : []);

/** What the fields' types do not say. A name is not needed: what embeds the object may give it one. */
function checkMetadata(metadata: JsonObject, path: string): FieldError[] {
  const { name, generateName, labels, annotations } = metadata;
  const invalid = (field: string, value: string, details: readonly string[]): FieldError[] => details.map((detail) => fieldError.invalid(below(path, field), value, detail));
  return [
    ...(typeof generateName === 'string' && generateName ? invalid('generateName', generateName, validatePathSegmentName(generateName, true)) : []),
    ...(typeof name === 'string' && name ? invalid('name', name, validatePathSegmentName(name)) : []),
    ...strings(labels).flatMap(([key, value]) => [...invalid('labels', key, validateQualifiedName(key)), ...(value ? invalid('labels', value, validateLabelValue(value)) : [])]),
    ...strings(annotations).flatMap(([key]) => invalid('annotations', key, validateQualifiedName(key.toLowerCase()))),
  ];
}

/**
 * An object inside of an object has a head of its own (API docs: CustomResourceDefinition, "RawExtension").
 *
 * @param ofMetadata judges the types of metadata's fields
 */
export function checkEmbedded(ofMetadata: Validate): Validate {
  return (value, { path, errors }) => {
    if (!isObject(value)) return;
    errors.push(...checkApiVersion(value['apiVersion'], below(path, 'apiVersion')), ...checkKind(value['kind'], below(path, 'kind')));
    const { metadata } = value;
    if (metadata === undefined) return;
    ofMetadata(metadata, { path: below(path, 'metadata'), old: undefined, errors });
    if (isObject(metadata)) errors.push(...checkMetadata(metadata, below(path, 'metadata')));
  };
}
