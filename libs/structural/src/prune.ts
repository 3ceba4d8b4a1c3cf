import { objectMetaSchema } from './embedded';
import { additionalOf, below, isObject, itemsOf, type JsonObject, type Schema } from './schema';

/** Drops what a schema does not know, in place, and tells where it was. */
export type Prune = (value: unknown, path: string, dropped: string[]) => void;

/** Of every object, and of objects inside of objects: not for the schema to say. */
const objectHead: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

const nothing: Prune = () => {};

/** @param isRoot the object as a whole (API docs: CustomResourceDefinition, "Field pruning") */
export function compilePrune(schema: Schema, isRoot = false): Prune {
  const items = itemsOf(schema);
  const ofItems = items && compilePrune(items);
  const ofFields = pruneFields(schema, isRoot);
  if (!ofItems && !ofFields) return nothing;
  return (value, path, dropped) => {
    if (Array.isArray(value)) {
      if (ofItems) for (const [index, item] of value.entries()) ofItems(item, `${path}[${index}]`, dropped);
    } else if (isObject(value)) ofFields?.(value, path, dropped);
  };
}

function pruneFields(schema: Schema, isRoot: boolean): ((value: JsonObject, path: string, dropped: string[]) => void) | undefined {
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const hasHead = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const additional = additionalOf(schema);
  if (schema.type !== 'object' && !schema.properties && !additional) return keepsUnknown || schema.type === undefined ? undefined : nothing;
  const fields = new Map(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, compilePrune(field)]));
  const rest = additional && compilePrune(additional);
  // Metadata of the object as a whole is the API's own to read.
  const ofMetadata = hasHead && !isRoot ? compilePrune(objectMetaSchema) : nothing;
  return (value, path, dropped) => {
    for (const name of Object.keys(value)) {
      if (hasHead && objectHead.has(name)) {
        if (name === 'metadata') ofMetadata(value[name], below(path, name), dropped);
        continue;
      }
      const prune = fields.get(name) ?? rest;
      if (prune) prune(value[name], below(path, name), dropped);
      else if (!keepsUnknown) {
        delete value[name];
        dropped.push(below(path, name));
      }
    }
  };
}
