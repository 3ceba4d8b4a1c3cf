/** Takes fields out of an object, or everything else. */
import { isJsonObject } from '../deep-copy';
import { isEmptySet, isMember, type FieldSet } from './field-set';
import { itemElement, resolveType, type FieldType, type ListType, type MapType } from './field-type';
import { fieldElement } from './path-element';

type Fields = Readonly<Record<string, unknown>>;

/** The object without the set's members. What loses its last field or item goes too. Shares what stays with `object`. */
export function removeFields<T extends object>(object: T, set: FieldSet, type: FieldType): T {
  return isEmptySet(set) ? object : ((walk(object, { set, type, keeps: false }) ?? {}) as T);
}

/** Only what the set names: its members with what else of the set is below them; atomic values as a whole. */
export function extractFields<T extends object>(object: T, set: FieldSet, type: FieldType): Partial<T> {
  return (walk(object, { set, type, keeps: true }) ?? {}) as Partial<T>;
}

interface Walk {
  readonly set: FieldSet;
  readonly type: FieldType;
  /** Whether the set is what stays or what goes. */
  readonly keeps: boolean;
}

function walk(value: unknown, { set, type, keeps }: Walk): unknown {
  const resolved = resolveType(type, value);
  if (resolved.shape === 'map' && isJsonObject(value)) return walkMap(value, resolved, { set, keeps });
  if (resolved.shape === 'list' && Array.isArray(value)) return walkList(value, resolved, { set, keeps });
  return value;
}

type Inner = Pick<Walk, 'keeps' | 'set'>;

function walkMap(fields: Fields, type: MapType, { set, keeps }: Inner): Fields | undefined {
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const child = type.type(name);
    const value = child ? walkChild(fields[name], set[fieldElement(name)], { type: child, keeps }) : keeps ? undefined : fields[name];
    if (value !== undefined) result[name] = value;
  }
  return isEmptySet(result as FieldSet) ? undefined : result;
}

function walkList(items: readonly unknown[], type: ListType, { set, keeps }: Inner): unknown[] | undefined {
  const result: unknown[] = [];
  for (const item of items) {
    const value = walkChild(item, set[itemElement(type, item)], { type: type.items, keeps });
    if (value !== undefined) result.push(value);
  }
  return result.length > 0 ? result : undefined;
}

/** What stays of a value whose node in the set is `node`. */
function walkChild(value: unknown, node: FieldSet | undefined, { type, keeps }: Omit<Walk, 'set'>): unknown {
  if (node === undefined) return keeps ? undefined : value;
  if (isMember(node) && !keeps) return undefined;
  if (keeps && isEmptySet(node)) return bare(value, type);
  return walk(value, { set: node, type, keeps });
}

/** A member of which no field is in the set. */
function bare(value: unknown, type: FieldType): unknown {
  const { shape } = resolveType(type, value);
  return shape === 'map' ? {} : shape === 'list' ? [] : value;
}
