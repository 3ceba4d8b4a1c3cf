/**
 * What merging must know of a type, whatever schema language it was written in. Lists and maps either merge (by field,
 * by key, by value) or are one value (`atomic`), which is then owned as a whole.
 */
import { isJsonObject } from '../deep-copy';
import { keyElement, valueElement } from './path-element';

/** Which JSON values a type takes; `any` for those that the schema says nothing of (quantities, int-or-string). */
export type ScalarType = 'any' | 'boolean' | 'number' | 'string';

export interface LeafType {
  readonly shape: 'leaf';
  /** For texts about wrong values. */
  readonly expects: ScalarType | 'list' | 'map';
}

/** A struct, a map, or both (a custom kind with unknown fields kept). */
export interface MapType {
  readonly shape: 'map';
  /** The type of a field or key; undefined: there is no such field. */
  type(name: string): FieldType | undefined;
  /** Whether `name` is a field of a struct rather than a key of a map. */
  isField(name: string): boolean;
  /**
   * Fields that upstream's objects always have, because the Go struct holds them by value (or without omitempty): they
   * are never added or removed themselves, only what is in them; in a new struct they count as set, if to nothing.
   */
  readonly always: ReadonlySet<string>;
}

export interface ListType {
  readonly shape: 'list';
  readonly items: FieldType;
  /** Names of the fields that tell items apart, sorted, with the values that stand for missing ones; none: a set of scalars. */
  readonly keys?: readonly { readonly name: string; readonly fallback?: unknown }[];
}

/** No schema: maps merge by key, everything else is one value. */
export interface DeducedType {
  readonly shape: 'deduced';
}

export type FieldType = DeducedType | LeafType | ListType | MapType;

export const deduced: DeducedType = { shape: 'deduced' };

const noFields: ReadonlySet<string> = new Set();

/** The map that a value without schema is. */
export const deducedMap: MapType = { shape: 'map', type: () => deduced, isField: () => false, always: noFields };

const deducedLeaf: LeafType = { shape: 'leaf', expects: 'any' };

/** What a deduced type is for this value. */
export function resolveType(type: FieldType, value: unknown): LeafType | ListType | MapType {
  if (type.shape !== 'deduced') return type;
  return isJsonObject(value) ? deducedMap : deducedLeaf;
}

/** An item that does not say which item it is. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** The path element of a list's item. @throws KeyError */
export function itemElement({ keys }: ListType, item: unknown): string {
  if (!keys) {
    if (item === null) throw new KeyError('associative list without keys has an element that\'s an explicit null');
    if (typeof item === 'object') throw new KeyError(`associative list without keys has an element that's ${Array.isArray(item) ? 'a list' : 'a map'} type`);
    return valueElement(item);
  }
  if (item === null) throw new KeyError('associative list with keys may not have a null element');
  if (!isJsonObject(item)) throw new KeyError('associative list with keys may not have non-map elements');
  const only = keys.length === 1 ? keys[0] : undefined;
  if (only && typeof item[only.name] === 'string') return `k:{"${only.name}":${JSON.stringify(item[only.name])}}`;
  const present: [string, unknown][] = [];
  for (const { name, fallback } of keys) {
    const value = item[name] ?? fallback;
    if (value !== undefined) present.push([name, value]);
  }
  if (present.length === 0) {
    const names = keys.map(({ name }) => JSON.stringify(name)).join(' ');
    throw new KeyError(`associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`);
  }
  return keyElement(present);
}
