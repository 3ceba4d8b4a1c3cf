import { definitionOf, type SchemaNode } from '@typernetes/api';
import type { PatchSchema } from '@typernetes/machinery';

const made = new Map<string, PatchSchema>();

/** What strategic merge patch has to know of a definition (`io.k8s.api.core.v1.Pod`); undefined when it is unknown. */
export function patchSchemaOf(definition: string): PatchSchema | undefined {
  const known = made.get(definition);
  if (known) return known;
  const node = definitionOf(definition);
  if (!node) return undefined;
  const schema = toPatchSchema(node);
  made.set(definition, schema);
  return schema;
}

function resolve(node: SchemaNode): SchemaNode {
  return (node.$ref === undefined ? undefined : definitionOf(node.$ref)) ?? node;
}

function toPatchSchema(node: SchemaNode): PatchSchema {
  const value = resolve(node);
  const properties = new Map<string, PatchSchema | undefined>();
  const strategy = node['x-kubernetes-patch-strategy'];
  const mergeKey = node['x-kubernetes-patch-merge-key'];
  return {
    property: (name) => {
      if (!properties.has(name)) {
        const child = value.properties?.[name] ?? value.additionalProperties;
        properties.set(name, child && toPatchSchema(child));
      }
      return properties.get(name);
    },
    ...(value.items ? { items: toPatchSchema(value.items) } : {}),
    ...(strategy ? { patchStrategy: strategy.split(',') } : {}),
    ...(mergeKey ? { patchMergeKey: mergeKey } : {}),
  };
}
