import { alwaysFieldsOf, definitionOf, descriptionsOf, isCustom, listKindOf, reachableDefinitions, type KindDefinition, type SchemaNode } from '@typernetes/api';
import { customReferences, customSchemas } from './custom-schemas';
import type { Schema } from './schema';
import { zeroOf } from './zero-values';


const kindKey = 'x-kubernetes-group-version-kind';

export const listDefinition = ({ definition }: KindDefinition): string => `${definition}List`;

interface SchemaOptions {
  /** `#/components/schemas/` or `#/definitions/`. */
  readonly refPrefix: string;
  /**
   * OpenAPI 3.0 ignores what stands beside `$ref`, so there a reference that says more is wrapped in allOf. Defaults and
   * values of two types are only said there.
   */
  readonly version: 2 | 3;
}

function toSchema(node: SchemaNode, said: { description?: string; default?: unknown }, options: SchemaOptions): Schema {
  const { $ref, items, additionalProperties, default: _default, ...rest } = node;
  const { version, refPrefix } = options;
  const more: Schema = {
    ...rest,
    ...(said.description ? { description: said.description } : {}),
    ...(version === 3 && said.default !== undefined ? { default: said.default } : {}),
  };
  if ($ref !== undefined) {
    const reference = { $ref: refPrefix + $ref };
    return version === 2 || Object.keys(more).length === 0 ? { ...more, ...reference } : { ...more, allOf: [reference] };
  }
  const inner = (child: SchemaNode): Schema => toSchema(child, {}, options);
  return { ...more, ...(items ? { items: inner(items) } : {}), ...(additionalProperties ? { additionalProperties: inner(additionalProperties) } : {}) };
}

function definitionSchema(name: string, options: SchemaOptions): Schema {
  const { properties, ...rest } = definitionOf(name) ?? {};
  const descriptions = descriptionsOf(name);
  const description = descriptions[''] ?? rest.description ?? '';
  const union = options.version === 3 ? valuesOfTwoTypes(rest) : undefined;
  if (union) return { description, ...union };
  const schema = toSchema(rest, { description }, options);
  if (!properties) return schema;
  const always = new Set(alwaysFieldsOf(name));
  const required = new Set(rest.required ?? []);
  const shown = Object.entries(properties).map(([property, node]) => {
    const isValue = required.has(property) || (always.has(property) && node.$ref !== undefined);
    const value = 'default' in node ? node.default : isValue ? zeroOf(node) : undefined;
    return [property, toSchema(node, { description: descriptions[property] ?? '', default: value }, options)];
  });
  return { ...schema, properties: Object.fromEntries(shown) as Schema };
}

/** Quantities and ports are a number or a string; OpenAPI v2 can't say it and says string. */
function valuesOfTwoTypes({ type, format }: SchemaNode): Schema | undefined {
  if (format === 'int-or-string') return { format, oneOf: [{ type: 'integer' }, { type: 'string' }] };
  return format === undefined && type === 'string' ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : undefined;
}

type Named = { group: string; kind: string; version: string };

/** Kinds by definition: their own, their lists', those of bodies of subresources. */
function kindsByDefinition(kinds: readonly KindDefinition[]): Map<string, Named[]> {
  const named = new Map<string, Named[]>();
  for (const kind of kinds) {
    const { group, version } = kind;
    named.set(kind.definition, [{ group, kind: kind.kind, version }]);
    if (kind.verbs.includes('list')) named.set(listDefinition(kind), [{ group, kind: listKindOf(kind), version }]);
  }
  for (const kind of kinds) {
    const bodies = [...kind.subresources, ...(kind.scale ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale' }] : [])];
    for (const { name, group, version, kind: shown } of bodies) {
      const definition = subresourceDefinition(kind, name);
      if (definition && !named.has(definition)) named.set(definition, [{ group, kind: shown, version }]);
    }
  }
  return named;
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** The schemas of these kinds, their lists, and all that they need. */
export function schemasOf(kinds: readonly KindDefinition[], extra: readonly string[], options: SchemaOptions): Record<string, Schema> {
  const named = kindsByDefinition(kinds);
  const roots = [...named.keys(), ...extra, ...(kinds.some(isCustom) ? customReferences : [])];
  for (const name of ['Status', 'APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions']) named.set(meta + name, [{ group: '', kind: name, version: 'v1' }]);
  const groupVersions = new Map([{ group: '', version: 'v1' }, ...kinds].map(({ group, version }) => [`${group}/${version}`, { group, version }]));
  for (const kind of ['DeleteOptions', 'WatchEvent']) named.set(meta + kind, [...groupVersions.values()].map(({ group, version }) => ({ group, kind, version })));
  const schemas: Record<string, Schema> = {};
  const add = (name: string, schema: Schema): void => {
    const kindsOfName = named.get(name);
    schemas[name] = { ...schema, ...(kindsOfName ? { [kindKey]: kindsOfName } : {}) };
  };
  for (const name of reachableDefinitions(roots)) add(name, definitionSchema(name, options));
  for (const [name, schema] of Object.entries(customSchemas(kinds, options))) add(name, schema);
  return schemas;
}

/** The definition of a subresource's body, where it has one of its own. */
export function subresourceDefinition(kind: KindDefinition, name: string): string | undefined {
  if (name === 'scale') return 'io.k8s.api.autoscaling.v1.Scale';
  const own = kind.subresources.find((subresource) => subresource.name === name);
  if (!own) return undefined;
  const definition = `io.k8s.api.${own.group ? own.group.split('.')[0] : 'core'}.${own.version}.${own.kind}`;
  return definitionOf(definition) ? definition : undefined;
}
