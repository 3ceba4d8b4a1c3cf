/**
 * The way from `kubectl apply` on the client's side to the server's: fields that the annotation of the former still
 * describes may be taken over by the manager `kubectl` without a conflict, and the annotation follows what it applies.
 */
import { isJsonObject } from '../deep-copy';
import { compareObjects } from './compare';
import { difference, emptySet, type FieldSet } from './field-set';
import type { FieldType } from './field-type';
import type { Manager } from './managers';
import { fieldsOf } from './object-fields';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const kubectl = 'kubectl';

/** All annotations of an object together, keys and values. */
const annotationsBytesMax = 256 * 1024;

type Annotated = { metadata?: { annotations?: Record<string, string> } };

const lastAppliedOf = (object: object): string | undefined => (object as Annotated).metadata?.annotations?.[annotation];

/** The fields that kubectl applied from the client's side and that are still as it applied them. */
export function matchLastApplied(live: object, { name }: Manager, type: FieldType): FieldSet {
  const text = name === kubectl ? lastAppliedOf(live) : undefined;
  if (!text) return emptySet;
  const applied = parse(text);
  if (!applied) return emptySet;
  const { added, removed, modified } = compareObjects(live, applied, type);
  return [modified, added, removed].reduce((fields, changed) => difference(fields, changed), fieldsOf(applied, type));
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The object with an annotation that says what was applied now, when it has one at all. */
export function refreshLastApplied<T extends object>(object: T, { manager, config }: { manager: Manager; config: object }): T {
  if (manager.name !== kubectl || lastAppliedOf(object) === undefined) return object;
  const { metadata } = object as Annotated;
  const annotations = { ...metadata?.annotations, [annotation]: textOf(config) };
  const bytes = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (bytes > annotationsBytesMax) annotations[annotation] = '';
  return { ...object, metadata: { ...metadata, annotations } };
}

/** The configuration without the annotation itself, with a line's end, as kubectl writes it. */
function textOf(config: object): string {
  const { metadata, ...rest } = config as Annotated;
  const { [annotation]: _, ...annotations } = metadata?.annotations ?? {};
  return `${JSON.stringify(sorted({ ...rest, metadata: { ...metadata, annotations } }))}\n`;
}

/** Fields in order of their names, as Go writes maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
