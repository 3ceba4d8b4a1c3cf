/**
 * Which fields two versions of an object differ in. One walk over both; sets are built from the bottom up and only where
 * something differs, so that comparing equal objects allocates nothing but a few small records.
 */
import { isJsonObject } from '../deep-copy';
import { isEmptySet, leaf, recursiveDifference, self, union, emptySet, type FieldSet, type FieldSetBuilder } from './field-set';
import { itemElement, resolveType, type FieldType, type LeafType, type ListType, type MapType } from './field-type';
import { fieldElement } from './path-element';
import { jsonEqual } from './json-equal';

/** What the second object has and the first has not; the reverse; what both have with different values. */
export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

interface Differences {
  added?: FieldSetBuilder;
  removed?: FieldSetBuilder;
  modified?: FieldSetBuilder;
}

type Side = keyof Differences;

/** Compares two objects of one type. @throws KeyError for list items without keys */
export function compareObjects(before: object, after: object, type: FieldType): Comparison {
  const out: Differences = {};
  compareContainers(before, after, type, out);
  return { added: out.added ?? emptySet, removed: out.removed ?? emptySet, modified: out.modified ?? emptySet };
}

/** The comparison without these fields and everything below them. */
export function withoutFields(comparison: Comparison, ignored: FieldSet): Comparison {
  if (isEmptySet(ignored)) return comparison;
  const { added, removed, modified } = comparison;
  return { added: recursiveDifference(added, ignored), removed: recursiveDifference(removed, ignored), modified: recursiveDifference(modified, ignored) };
}

/** Whatever the second object says differently or anew. */
export const changedFields = ({ added, modified }: Comparison): FieldSet => union(modified, added);

function put(out: Differences, side: Side, element: string, node: FieldSet): void {
  (out[side] ??= {})[element] = node;
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : typeof value === 'object' && isEmptySet(value as FieldSet));

/** Compares what is at one path element of both; at least one is there. */
function compareAt(out: Differences, element: () => string, type: FieldType, [before, after]: readonly [unknown, unknown]): void {
  if (before === after) return;
  if (before === undefined) return put(out, 'added', element(), wholeNode(after, type));
  if (after === undefined) return put(out, 'removed', element(), wholeNode(before, type));
  const [left, right] = [resolveType(type, before), resolveType(type, after)];
  if (left.shape === 'leaf' && right.shape === 'leaf') {
    if (!jsonEqual(before, after)) put(out, 'modified', element(), leaf);
    return;
  }
  if (isNothing(before) && isNothing(after)) {
    if (!jsonEqual(before, after)) put(out, 'modified', element(), leaf);
    return;
  }
  const inner: Differences = {};
  if (left.shape === right.shape) compareContainers(before, after, right, inner);
  else compareUnlike([left, before], [right, after], inner);
  for (const side of ['added', 'removed', 'modified'] as const) {
    const node = inner[side];
    if (node) put(out, side, element(), node);
  }
}

type Typed = readonly [LeafType | ListType | MapType, unknown];

/** A map became a scalar or the reverse (possible without a schema): the value is modified, the map's fields come or go. */
function compareUnlike(left: Typed, right: Typed, out: Differences): void {
  const [[leftType, before], [rightType, after]] = [left, right];
  if (leftType.shape !== 'leaf') compareContainers(before, undefined, leftType, out);
  if (rightType.shape !== 'leaf') compareContainers(undefined, after, rightType, out);
  out.modified = {};
}

function compareContainers(before: unknown, after: unknown, type: FieldType, out: Differences): void {
  const resolved = resolveType(type, after ?? before);
  if (resolved.shape === 'map') compareMaps(asMap(before), asMap(after), resolved, out);
  else if (resolved.shape === 'list') compareLists(asList(before), asList(after), resolved, out);
}

type Fields = Readonly<Record<string, unknown>>;

const asMap = (value: unknown): Fields => (isJsonObject(value) ? value : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

function compareMaps(before: Fields, after: Fields, type: MapType, out: Differences): void {
  for (const name in after) {
    const pair = [own(before, name), after[name]] as const;
    if (pair[0] === pair[1]) continue;
    compareField(out, name, type, pair);
  }
  for (const name in before) {
    if (before[name] !== undefined && own(after, name) === undefined) compareField(out, name, type, [before[name], undefined]);
  }
}

function compareField(out: Differences, name: string, type: MapType, [before, after]: readonly [unknown, unknown]): void {
  const child = type.type(name);
  if (!child) return;
  const isAlways = (before === undefined || after === undefined) && type.always.has(name);
  const zero = isAlways ? zeroOf(child) : undefined;
  compareAt(out, () => fieldElement(name), child, [before === undefined ? zero : before, after === undefined ? zero : after]);
}

/** What upstream's objects have in a field that is always there. */
const zeroOf = (type: FieldType): unknown => (type.shape === 'map' ? {} : null);

function compareLists(before: readonly unknown[], after: readonly unknown[], type: ListType, out: Differences): void {
  if (isAligned(before, after, type)) {
    for (let i = 0; i < after.length; i++) {
      const item = after[i];
      compareAt(out, () => itemElement(type, item), type.items, [before[i], item]);
    }
    return;
  }
  const [left, right] = [groupItems(before, type), groupItems(after, type)];
  for (const [element, items] of right) compareGroups(out, element, type, [left.get(element) ?? [], items]);
  for (const [element, items] of left) if (!right.has(element)) compareGroups(out, element, type, [items, []]);
}

/** The common case, cheaply seen: the same items in the same order. */
function isAligned(before: readonly unknown[], after: readonly unknown[], { keys }: ListType): boolean {
  if (before.length !== after.length || !keys || before.length > alignedItemsMax) return false;
  return before.every((item, i) => {
    const other = after[i];
    return isJsonObject(item) && isJsonObject(other) && keys.every(({ name }) => item[name] === other[name] && item[name] !== undefined) && isFirst(before, i, keys);
  });
}

/** Above this many items finding twins costs more than grouping. */
const alignedItemsMax = 16;

function isFirst(items: readonly unknown[], index: number, keys: NonNullable<ListType['keys']>): boolean {
  const item = items[index] as Fields;
  for (let i = 0; i < index; i++) if (keys.every(({ name }) => (items[i] as Fields)[name] === item[name])) return false;
  return true;
}

/** Items by path element; more than one only in objects from before their list had keys. */
export function groupItems(items: readonly unknown[], type: ListType): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of items) {
    const element = itemElement(type, item);
    const group = groups.get(element);
    if (group) group.push(item);
    else groups.set(element, [item]);
  }
  return groups;
}

function compareGroups(out: Differences, element: string, type: ListType, [before, after]: readonly [unknown[], unknown[]]): void {
  if (before.length <= 1 && after.length <= 1) return compareAt(out, () => element, type.items, [before[0], after[0]]);
  if (jsonEqual(before, after)) return;
  put(out, before.length === 0 ? 'added' : after.length === 0 ? 'removed' : 'modified', element, leaf);
}

/** The node of a value that came or went as a whole: itself and everything in it. */
function wholeNode(value: unknown, type: FieldType): FieldSet {
  const resolved = resolveType(type, value);
  if (resolved.shape === 'leaf') return leaf;
  const node: FieldSetBuilder = { [self]: leaf };
  if (resolved.shape === 'map') {
    const fields = asMap(value);
    for (const name in fields) {
      const child = resolved.type(name);
      if (child && fields[name] !== undefined) node[fieldElement(name)] = wholeNode(fields[name], child);
    }
    for (const name of resolved.always) {
      const child = own(fields, name) === undefined ? resolved.type(name) : undefined;
      if (child) node[fieldElement(name)] = wholeNode(zeroOf(child), child);
    }
  } else {
    for (const [element, items] of groupItems(asList(value), resolved)) node[element] = items.length > 1 ? leaf : wholeNode(items[0], resolved.items);
  }
  for (const element in node) if (element !== self) return node;
  return leaf;
}
