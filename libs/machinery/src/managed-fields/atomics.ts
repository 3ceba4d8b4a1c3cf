import { isJsonObject } from '../deep-copy';
import { resolveType, type FieldType } from './field-type';

/** Paths of the lists, maps and structs in an object that are one value each: `.spec.selector`, `.spec.containers[0].args`. */
export function atomicsOf(value: unknown, type: FieldType, path = ''): string[] {
  const resolved = resolveType(type, value);
  if (resolved.shape === 'leaf') return Array.isArray(value) || isJsonObject(value) ? [path] : [];
  if (resolved.shape === 'list') return Array.isArray(value) ? value.flatMap((item, i) => atomicsOf(item, resolved.items, `${path}[${i}]`)) : [];
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const child = resolved.type(name);
    return child ? atomicsOf(field, child, `${path}.${name}`) : [];
  });
}
