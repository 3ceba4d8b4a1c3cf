import { definitionOf, descriptionsOf, reachableDefinitions, type KindDefinition, type SchemaNode } from '@typernetes/api';

/** A schema as a document shows it: with `$ref` as a path, descriptions and the kinds that it belongs to. */
export type Schema = Record<string, unknown>;

const kindKey = 'x-kubernetes-group-version-kind';

export const listDefinition = ({ definition }: KindDefinition): string => `${definition}List`;

interface SchemaOptions {
  /** `#/components/schemas/` or `#/definitions/`. */
  readonly refPrefix: string;
  /** OpenAPI 3.0 ignores what stands beside `$ref`; a reference with a description is wrapped in allOf. */
  readonly wrapsReferences: boolean;
}

function toSchema(node: SchemaNode, description: string | undefined, options: SchemaOptions): Schema {
  const { $ref, items, additionalProperties, ...rest } = node;
  const described = description ? { description } : {};
  if ($ref !== undefined) {
    const reference = { $ref: options.refPrefix + $ref };
    return options.wrapsReferences && description ? { ...rest, ...described, allOf: [reference] } : { ...rest, ...(options.wrapsReferences ? {} : described), ...reference };
  }
  return {
    ...rest,
    ...described,
    ...(items ? { items: toSchema(items, undefined, options) } : {}),
    ...(additionalProperties ? { additionalProperties: toSchema(additionalProperties, undefined, options) } : {}),
  };
}

function definitionSchema(name: string, options: SchemaOptions): Schema {
  const { properties, ...rest } = definitionOf(name) ?? {};
  const descriptions = descriptionsOf(name);
  const schema = toSchema(rest, descriptions[''] ?? rest.description, options);
  if (!properties) return schema;
  const shown = Object.entries(properties).map(([property, node]) => [property, toSchema(node, descriptions[property], options)]);
  return { ...schema, properties: Object.fromEntries(shown) as Schema };
}

/** The schemas of these kinds, their lists, and all that they need. */
export function schemasOf(kinds: readonly KindDefinition[], extra: readonly string[], options: SchemaOptions): Record<string, Schema> {
  const named = new Map<string, { group: string; version: string; kind: string }[]>();
  for (const kind of kinds) {
    const { group, version } = kind;
    named.set(kind.definition, [{ group, kind: kind.kind, version }]);
    if (kind.verbs.includes('list')) named.set(listDefinition(kind), [{ group, kind: `${kind.kind}List`, version }]);
  }
  for (const kind of kinds) {
    for (const { name, group: ownGroup, version: ownVersion, kind: ownKind } of kind.subresources) {
      const definition = subresourceDefinition(kind, name);
      if (definition && !named.has(definition)) named.set(definition, [{ group: ownGroup, kind: ownKind, version: ownVersion }]);
    }
  }
  const schemas: Record<string, Schema> = {};
  for (const name of reachableDefinitions([...named.keys(), ...extra])) {
    const kindsOfName = named.get(name);
    schemas[name] = { ...definitionSchema(name, options), ...(kindsOfName ? { [kindKey]: kindsOfName } : {}) };
  }
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
