import { jsonEqual, type FieldError } from '@typernetes/machinery';
import { below, isObject, itemsOf, type Schema } from './schema';

/**
 * Errors about values that an update leaves as they were do not stop it (KEP-4008): the schema may have become stricter
 * since. A value is told apart by its field names, keys of maps and keys of map-like lists; elsewhere only a list as a
 * whole is known again.
 */
export function ratchet(errors: readonly FieldError[], schema: Schema, { next, previous }: { next: unknown; previous: unknown }): FieldError[] {
  if (errors.length === 0) return [];
  const unchanged = unchangedPaths(schema, next, previous);
  return errors.filter(({ field, detail }) => {
    // What several schemas say together names its field in the text.
    const path = field === '<nil>' ? (/^"([^"]*)"/.exec(detail)?.[1] ?? '') : field;
    return !unchanged.some((known) => path === known || path.startsWith(`${known}.`) || path.startsWith(`${known}[`));
  });
}

function unchangedPaths(schema: Schema, next: unknown, previous: unknown): string[] {
  const paths: string[] = [];
  const visit = (node: Schema, path: string, [value, old]: [unknown, unknown]): void => {
    if (old === undefined) return;
    if (path && jsonEqual(value, old)) {
      paths.push(path);
      return;
    }
    if (isObject(value) && isObject(old)) {
      for (const name of Object.keys(value)) visit(node.properties?.[name] ?? {}, below(path, name), [value[name], old[name]]);
    } else if (Array.isArray(value) && Array.isArray(old) && node['x-kubernetes-list-type'] === 'map') {
      const keys = node['x-kubernetes-list-map-keys'] ?? [];
      const isSame = (a: unknown, b: unknown): boolean => isObject(a) && isObject(b) && keys.every((key) => jsonEqual(a[key], b[key]));
      for (const [index, item] of value.entries()) visit(itemsOf(node) ?? {}, `${path}[${index}]`, [item, old.find((one) => isSame(item, one))]);
    }
  };
  visit(schema, '', [next, previous]);
  return paths;
}
