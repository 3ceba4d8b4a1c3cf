import { decodeFields, type KindDefinition } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';

/** Gives what admission has made of an object the shape of its kind, in place: the fields that the kind has, and its defaults. Bodies of subresources stay as they are. */
export function shape(kind: KindDefinition, object: KubernetesObject): { readonly error?: string; readonly unknownFields: readonly string[] } {
  if (object.kind !== kind.kind) return { unknownFields: [] };
  const decoded = kind.decode ? kind.decode(object) : decodeFields(kind.definition, object);
  if (decoded.error === undefined) kind.defaults?.(object);
  return decoded;
}

/** Makes `object` what `next` is: those who hold it see the change. */
export function become(object: KubernetesObject, next: KubernetesObject): void {
  for (const key of Object.keys(object)) delete (object as Record<string, unknown>)[key];
  Object.assign(object, next);
}
