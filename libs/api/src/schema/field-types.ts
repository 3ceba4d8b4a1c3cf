/** Schemas as server-side apply needs them (`FieldType` of machinery): compiled when a field is first asked for, then kept. */
import { deduced, type FieldType, type LeafType, type ListType, type MapType } from '@typernetes/machinery';
import { alwaysFieldsOf } from './always-fields';
import { definitionOf } from './definitions';
import { fieldsName, intOrStringName, jsonName, microTimeName, patchName, quantityName, rawExtensionName, schemaOrArrayName, schemaOrBoolName, schemaOrStringArrayName, timeName } from './scalars';
import type { SchemaNode } from './types';

/** What schemas of custom kinds say beyond those of built-in ones. */
export interface MergeSchema extends SchemaNode {
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
}

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const leafOf = (expects: LeafType['expects']): LeafType => ({ shape: 'leaf', expects });
const leaves = { any: leafOf('any'), boolean: leafOf('boolean'), number: leafOf('number'), string: leafOf('string'), list: leafOf('list'), map: leafOf('map') };

const none: ReadonlySet<string> = new Set();

/** Types of one JSON value that merge as one, whatever it looks like. */
const scalars: ReadonlySet<string> = new Set([quantityName, timeName, microTimeName, intOrStringName, patchName, rawExtensionName, jsonName, schemaOrArrayName, schemaOrBoolName, schemaOrStringArrayName]);

/** Values that stand for missing keys of list items (`default` in OpenAPI): definition of the item to key to value. */
const keyFallbacks: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'io.k8s.api.core.v1.ContainerPort': { protocol: 'TCP' },
  'io.k8s.api.core.v1.ServicePort': { protocol: 'TCP' },
};

const compiled = new Map<string, FieldType>();

/** The type of a built-in definition (`io.k8s.api.core.v1.Pod`); undefined when there is none of this name. */
export function fieldTypeOf(definition: string): FieldType | undefined {
  const known = compiled.get(definition);
  if (known) return known;
  if (definition === fieldsName) return deduced;
  if (scalars.has(definition)) return leaves.any;
  const node = definitionOf(definition);
  if (!node) return undefined;
  const type = node['x-kubernetes-map-type'] === 'atomic' ? leaves.map : structType(node, definition);
  compiled.set(definition, type);
  return type;
}

/** The type of a custom kind's whole object; without a schema everything but metadata is deduced from the values. */
export function customFieldType(schema: MergeSchema = { 'x-kubernetes-preserve-unknown-fields': true }): FieldType {
  const own = structType(schema, '');
  const head: Readonly<Record<string, FieldType | undefined>> = { apiVersion: leaves.string, kind: leaves.string, metadata: fieldTypeOf(objectMeta) };
  return { ...own, type: (name) => (Object.hasOwn(head, name) ? head[name] : own.type(name)), isField: (name) => Object.hasOwn(head, name) || own.isField(name) };
}

function structType(node: MergeSchema, definition: string): MapType {
  const { properties = {}, additionalProperties } = node;
  const rest = additionalProperties ? typeOf(additionalProperties) : node['x-kubernetes-preserve-unknown-fields'] ? deduced : undefined;
  const types = new Map<string, FieldType>();
  const isField = (name: string): boolean => Object.hasOwn(properties, name);
  const always = definition ? alwaysFieldsOf(definition).filter(isField) : [];
  return {
    shape: 'map',
    isField,
    always: always.length > 0 ? new Set(always) : none,
    type: (name) => {
      const known = types.get(name);
      if (known) return known;
      const child = isField(name) ? properties[name] : undefined;
      if (!child) return rest;
      const type = typeOf(child);
      types.set(name, type);
      return type;
    },
  };
}

function typeOf(node: MergeSchema): FieldType {
  if (node.$ref !== undefined) return referredType(node, node.$ref);
  if (node.items) return listType(node, node.items);
  if (node['x-kubernetes-map-type'] === 'atomic') return leaves.map;
  if (node.properties || node.additionalProperties) return structType(node, '');
  if (node['x-kubernetes-int-or-string']) return leaves.any;
  switch (node.type) {
    case 'string':
      return node.format === 'int-or-string' ? leaves.any : leaves.string;
    case 'boolean':
      return leaves.boolean;
    case 'integer':
    case 'number':
      return leaves.number;
    case 'array':
      return leaves.list;
    default:
      return deduced;
  }
}

/** A field may overrule what its type says of itself (a granular reference). */
function referredType(node: MergeSchema, definition: string): FieldType {
  const mapType = node['x-kubernetes-map-type'];
  if (mapType === 'atomic') return leaves.map;
  const referred = mapType === 'granular' ? definitionOf(definition) : undefined;
  return referred ? structType(referred, definition) : (fieldTypeOf(definition) ?? deduced);
}

function listType(node: MergeSchema, items: MergeSchema): FieldType {
  switch (node['x-kubernetes-list-type']) {
    case 'set':
      return { shape: 'list', items: typeOf(items) };
    case 'map':
      return keyedListType(node['x-kubernetes-list-map-keys'] ?? [], items);
    default:
      return leaves.list;
  }
}

/** The keys of a list's items, and what stands for missing ones. */
function keyedListType(keys: readonly string[], items: MergeSchema): ListType {
  const fallbacks = keyFallbacks[items.$ref ?? ''] ?? {};
  return {
    shape: 'list',
    items: typeOf(items),
    keys: [...keys].sort().map((name) => ({ name, ...fallbackOf(name, { ...propertyDefaults(items), ...fallbacks }) })),
  };
}

const fallbackOf = (name: string, fallbacks: Readonly<Record<string, unknown>>): { fallback?: unknown } => (fallbacks[name] === undefined ? {} : { fallback: fallbacks[name] });

/** Defaults that a custom kind's schema gives the item's fields. */
function propertyDefaults({ properties = {} }: MergeSchema): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(properties)) {
    const { default: value } = node as { default?: unknown };
    if (value !== undefined) result[name] = value;
  }
  return result;
}
