import { fieldError, type FieldError } from '@typernetes/machinery';
import { compileSchema } from './compile';
import { compilePattern } from './pattern';
import { additionalOf, isObject, itemsOf, type Schema } from './schema';
import { checkValueValidations } from './check-value-validations';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const scalars: ReadonlySet<string> = new Set(['boolean', 'integer', 'number', 'string']);

type Place = 'root' | 'field' | 'item';

const missingType: Readonly<Record<Place, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** What is in JSON Schema and not in structural schemas: left out words would mislead, so they are refused. */
function checkForbidden(schema: Schema, path: string, out: FieldError[]): void {
  const forbid = (name: string, text: string): void => void out.push(fieldError.forbidden(`${path}.${name}`, text));
  if (schema.id) forbid('id', 'id is not supported');
  if (schema.$ref !== undefined) forbid('$ref', '$ref is not supported');
  if (schema.definitions && Object.keys(schema.definitions).length > 0) forbid('definitions', 'definitions is not supported');
  if (schema.dependencies && Object.keys(schema.dependencies).length > 0) forbid('dependencies', 'dependencies is not supported');
  if (schema.patternProperties && Object.keys(schema.patternProperties).length > 0) forbid('patternProperties', 'patternProperties is not supported');
  if (schema.additionalItems !== undefined) forbid('additionalItems', 'additionalItems is not supported');
  if (schema.uniqueItems) forbid('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  if (schema.additionalProperties === false) forbid('additionalProperties', 'additionalProperties cannot be set to false');
  if (additionalOf(schema) && schema.properties && Object.keys(schema.properties).length > 0) forbid('additionalProperties', 'additionalProperties and properties are mutual exclusive');
  if (Array.isArray(schema.items)) forbid('items', 'items must be a schema object and not an array');
}

function checkType(schema: Schema, path: string, place: Place): FieldError[] {
  const { type = '' } = schema;
  const field = `${path}.type`;
  if (schema['x-kubernetes-int-or-string']) return type ? [fieldError.invalid(field, type, 'must be empty if x-kubernetes-int-or-string is true')] : [];
  if (!type) return schema['x-kubernetes-preserve-unknown-fields'] && place !== 'root' ? [] : [fieldError.required(field, missingType[place])];
  if (!types.includes(type)) return [fieldError.notSupported(field, type, types)];
  if (place === 'root' && type !== 'object') return [fieldError.invalid(field, type, 'must be object at the root')];
  if (type === 'array' && schema.items === undefined) return [fieldError.required(`${path}.items`, 'must be specified')];
  return [];
}

function checkExtensions(schema: Schema, path: string, out: FieldError[]): void {
  const { type = '' } = schema;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'];
  if (schema['x-kubernetes-embedded-resource']) {
    if (type !== 'object') out.push(fieldError.invalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true'));
    if (!keepsUnknown && Object.keys(schema.properties ?? {}).length === 0) {
      out.push(fieldError.required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'));
    }
  }
  if ((keepsUnknown as unknown) === false) out.push(fieldError.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    if (type !== 'object') out.push(fieldError.invalid(`${path}.type`, type, 'must be object if x-kubernetes-map-type is specified'));
    if (mapType !== 'atomic' && mapType !== 'granular') out.push(fieldError.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  checkListType(schema, path, out);
}

function checkListType(schema: Schema, path: string, out: FieldError[]): void {
  const { type = '', 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const items = itemsOf(schema) ?? {};
  if (keys.length > 0 && listType !== 'map') out.push(fieldError.invalid(`${path}.x-kubernetes-list-type`, listType ?? null, 'must be map if x-kubernetes-list-map-keys is non-empty'));
  if (listType === undefined) return;
  if (type !== 'array') out.push(fieldError.invalid(`${path}.type`, type, 'must be array if x-kubernetes-list-type is specified'));
  if (!['atomic', 'set', 'map'].includes(listType)) out.push(fieldError.notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  if (listType === 'set') {
    if (items.nullable) out.push(fieldError.forbidden(`${path}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'));
    const isAtomic = scalars.has(items.type ?? '') || items['x-kubernetes-int-or-string'] === true || items['x-kubernetes-map-type'] === 'atomic' || items['x-kubernetes-list-type'] === 'atomic';
    if (items.type === 'object' && !isAtomic) out.push(fieldError.invalid(`${path}.items.x-kubernetes-map-type`, items['x-kubernetes-map-type'] ?? null, 'must be atomic as item of a list with x-kubernetes-list-type=set'));
    if (items.type === 'array' && !isAtomic) out.push(fieldError.invalid(`${path}.items.x-kubernetes-list-type`, items['x-kubernetes-list-type'] ?? null, 'must be atomic as item of a list with x-kubernetes-list-type=set'));
  }
  if (listType === 'map') checkListMap(items, path, { keys, out });
}

function checkListMap(items: Schema, path: string, { keys, out }: { keys: readonly string[]; out: FieldError[] }): void {
  if (keys.length === 0) out.push(fieldError.required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (items.type !== 'object') {
    out.push(fieldError.invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"));
    return;
  }
  if (items.nullable) out.push(fieldError.forbidden(`${path}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is map'));
  for (const [index, key] of keys.entries()) {
    const property = items.properties?.[key];
    const field = `${path}.items.properties[${key}]`;
    if (keys.indexOf(key) < index) out.push(fieldError.duplicate(`${path}.x-kubernetes-list-map-keys[${index}]`, key));
    else if (!property) out.push(fieldError.invalid(`${path}.x-kubernetes-list-map-keys[${index}]`, key, 'entries must all be names of item properties'));
    else if (!scalars.has(property.type ?? '') && !property['x-kubernetes-int-or-string']) {
      out.push(fieldError.invalid(`${field}.type`, property.type ?? '', "must be a scalar type if parent array's x-kubernetes-list-type is map"));
    } else if (property.nullable) out.push(fieldError.forbidden(`${field}.nullable`, "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
    else if (property.default === undefined && !items.required?.includes(key)) {
      out.push(fieldError.required(`${field}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'));
    }
  }
}

/** Metadata is that of every object; a schema may only say more of an object's name. */
function checkHead({ properties = {} }: Schema, path: string, out: FieldError[]): void {
  for (const name of ['apiVersion', 'kind']) {
    const { type } = properties[name] ?? {};
    if (type !== undefined && type !== 'string') out.push(fieldError.invalid(`${path}.properties[${name}].type`, type, 'must be string'));
  }
  const { metadata } = properties;
  if (!metadata) return;
  if (metadata.type !== undefined && metadata.type !== 'object') out.push(fieldError.invalid(`${path}.properties[metadata].type`, metadata.type, 'must be object'));
  const known = ['type', 'description', 'title', 'properties'];
  const isWider = Object.keys(metadata.properties ?? {}).some((name) => name !== 'name' && name !== 'generateName') || Object.keys(metadata).some((word) => !known.includes(word));
  if (isWider) out.push(fieldError.forbidden(`${path}.properties[metadata]`, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
}

function checkPattern({ pattern }: Schema, path: string, out: FieldError[]): void {
  if (pattern === undefined) return;
  try {
    compilePattern(pattern);
  } catch (error) {
    out.push(fieldError.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${error instanceof Error ? error.message : String(error)}`));
  }
}

/** A default must be what the schema itself would take. Only asked of schemas that are right otherwise. */
function checkDefaults(schema: Schema, path: string, out: FieldError[]): void {
  if (schema.default !== undefined) {
    const field = `${path}.default`;
    if (schema.default === null) {
      if (!schema.nullable) out.push(fieldError.invalid(field, null, 'must not be null when the schema is not nullable'));
    } else {
      const { prune, validate } = compileSchema({ type: 'object', properties: { default: schema } });
      const holder = { default: JSON.parse(JSON.stringify(schema.default)) as unknown };
      if (prune(holder).length > 0) out.push(fieldError.invalid(field, schema.default, 'must not have unknown fields'));
      else out.push(...validate(holder).map((error) => ({ ...error, field: error.field === '<nil>' ? field : `${path}.${error.field}` })));
    }
  }
  eachChild(schema, path, (child, at) => checkDefaults(child, at, out));
}

function eachChild(schema: Schema, path: string, visit: (child: Schema, path: string, place: Place) => void): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) visit(field, `${path}.properties[${name}]`, 'field');
  const items = itemsOf(schema);
  if (items) visit(items, `${path}.items`, 'item');
  if (isObject(schema.additionalProperties)) visit(schema.additionalProperties as Schema, `${path}.additionalProperties`, 'field');
}

function checkNode(schema: Schema, path: string, place: Place): FieldError[] {
  const out: FieldError[] = [];
  checkForbidden(schema, path, out);
  out.push(...checkType(schema, path, place));
  checkExtensions(schema, path, out);
  checkPattern(schema, path, out);
  if (place === 'root' || schema['x-kubernetes-embedded-resource']) checkHead(schema, path, out);
  checkValueValidations(schema, path, out);
  eachChild(schema, path, (child, at, childPlace) => out.push(...checkNode(child, at, childPlace)));
  return out;
}

/**
 * What is wrong with a schema of a CustomResourceDefinition: it must be structural (API docs: "Specifying a structural
 * schema"), and its defaults must fit it.
 *
 * @param path where it stands: `spec.versions[0].schema.openAPIV3Schema`
 */
export function checkStructural(schema: Schema, path: string): FieldError[] {
  const errors = checkNode(schema, path, 'root');
  if (errors.length === 0) checkDefaults(schema, path, errors);
  return errors;
}
