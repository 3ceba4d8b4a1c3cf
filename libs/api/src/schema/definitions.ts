import { definitionTexts } from '../generated/definitions';
import { descriptionTexts } from '../generated/descriptions';
import { fieldDefault } from './field-defaults';
import { definitionExtensions, mergeRuleOf } from './merge-rules';
import { correctedField, scalarDefinitions } from './scalars';
import type { SchemaNode } from './types';

const parsed = new Map<string, SchemaNode>();

/**
 * A definition by name, without descriptions (`descriptionsOf` has them): generated schema plus the hand-made tables.
 * Shared: do not change it. Parsed at first use, so that only what is served costs memory.
 */
export function definitionOf(name: string): SchemaNode | undefined {
  const known = parsed.get(name);
  if (known) return known;
  const text = definitionTexts[name];
  const scalar = scalarDefinitions[name];
  if (!text && !scalar) return undefined;
  const definition = text ? complete(name, JSON.parse(text) as SchemaNode) : { ...scalar };
  parsed.set(name, definition);
  return definition;
}

function complete(name: string, { properties = {}, required }: SchemaNode): SchemaNode {
  const completed = Object.entries(properties).map(([property, node]): [string, SchemaNode] => {
    const schema = correctedField(name, property) ?? node;
    return [property, { ...schema, ...mergeRuleOf(name, property, schema.type === 'array'), ...fieldDefault(name, property) }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(completed),
    ...(required ? { required } : {}),
    ...definitionExtensions(name),
  };
}

/** Descriptions of a definition: its own under the empty key, else by property. Parsed anew at every call. */
export function descriptionsOf(name: string): Record<string, string> {
  const text = descriptionTexts[name];
  return text ? (JSON.parse(text) as Record<string, string>) : { '': scalarDefinitions[name]?.description ?? '' };
}

/** Names of all definitions that `roots` need, themselves included, in order. Unknown names are left out. */
export function reachableDefinitions(roots: Iterable<string>): string[] {
  const found = new Set<string>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const definition = definitionOf(name);
    if (!definition || found.has(name)) continue;
    found.add(name);
    for (const node of Object.values(definition.properties ?? {})) pending.push(...referencesOf(node));
  }
  return [...found].sort();
}

function referencesOf(node: SchemaNode): string[] {
  if (node.$ref) return [node.$ref];
  const inner = node.items ?? node.additionalProperties;
  return inner ? referencesOf(inner) : [];
}
