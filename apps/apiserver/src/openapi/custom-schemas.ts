import { definitionOf, descriptionsOf, isCustom, listKindOf, type KindDefinition } from '@typernetes/api';
import type { Schema } from './schema';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const objectMeta = `${meta}ObjectMeta`;
const listMeta = `${meta}ListMeta`;

/** Definitions that schemas of custom kinds refer to. */
export const customReferences: readonly string[] = [objectMeta, listMeta];

interface Options {
  readonly refPrefix: string;
  readonly version: 2 | 3;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What OpenAPI v2 cannot say is left out there, so that old clients refuse nothing that the server takes. */
const notInV2: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'default', 'not', 'nullable', 'oneOf']);
const structure: ReadonlySet<string> = new Set(['additionalProperties', 'items', 'properties', 'required', 'type']);

function forV2(schema: Schema): Schema {
  const takesMore = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['nullable'] === true;
  const isUntyped = takesMore || schema['x-kubernetes-int-or-string'] === true;
  const kept = Object.entries(schema).filter(([key]) => !notInV2.has(key) && !(takesMore && structure.has(key)) && !(isUntyped && key === 'type'));
  return Object.fromEntries(kept.map(([key, value]) => [key, innerForV2(key, value)]));
}

function innerForV2(key: string, value: unknown): unknown {
  if (!isSchema(value)) return value;
  if (key === 'properties') return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, isSchema(child) ? forV2(child) : child]));
  return key === 'items' || key === 'additionalProperties' ? forV2(value) : value;
}

function reference(name: string, description: string, { refPrefix, version }: Options): Schema {
  const $ref = refPrefix + name;
  return version === 2 ? { description, $ref } : { description, allOf: [{ $ref }] };
}

/** apiVersion and kind, in the words of built-in kinds. */
function typeProperties(): Record<string, Schema> {
  const texts = descriptionsOf('io.k8s.api.core.v1.ConfigMap');
  return { apiVersion: { type: 'string', description: texts['apiVersion'] ?? '' }, kind: { type: 'string', description: texts['kind'] ?? '' } };
}

function objectSchema(kind: KindDefinition, options: Options): Schema {
  const own: Schema = { ...kind.openApiSchema };
  const isOpen = options.version === 2 && own['x-kubernetes-preserve-unknown-fields'] === true;
  const schema = options.version === 2 ? forV2(own) : own;
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const metadata = reference(objectMeta, "Standard object's metadata.", options);
  return { ...schema, type: 'object', ...(isOpen ? {} : { properties: { ...typeProperties(), metadata, ...omit(properties, 'metadata', 'apiVersion', 'kind') } }) };
}

const omit = (schema: Schema, ...names: string[]): Schema => Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));

function listSchema(kind: KindDefinition, options: Options): Schema {
  return {
    type: 'object',
    description: `${listKindOf(kind)} is a list of ${kind.kind}`,
    required: ['items'],
    properties: {
      ...typeProperties(),
      items: { type: 'array', description: `List of ${kind.resource}.`, items: { $ref: options.refPrefix + kind.definition } },
      metadata: reference(listMeta, "Standard list's metadata.", options),
    },
  };
}

/** Whether a kind can be shown: computed kinds have no schema, and what points to one that is missing spoils a document. */
export const isDocumented = (kind: KindDefinition): boolean => isCustom(kind) || definitionOf(kind.definition) !== undefined;

/** The schemas of custom kinds and of their lists, by definition. */
export function customSchemas(kinds: readonly KindDefinition[], options: Options): Record<string, Schema> {
  return Object.fromEntries(
    kinds.filter(isCustom).flatMap((kind): [string, Schema][] => [
      [kind.definition, objectSchema(kind, options)],
      [`${kind.definition}List`, listSchema(kind, options)],
    ]),
  );
}
