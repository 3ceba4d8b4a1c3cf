/**
 * Sets of fields (KEP-555, "field sets"): a tree whose edges are path elements (`f:spec`, `k:{"name":"web"}`), in exactly
 * the shape that `managedFields[].fieldsV1` has on the wire. So a stored set needs no decoding: what JSON.parse gives is
 * the set, and what an operation gives can be stored. Sets are shared and never changed.
 *
 * A node below the root is a member of the set when it has a `.` or nothing at all; what else it has are its children.
 * The root is no member of itself: `{}` is the empty set.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A set while it is built. */
export type FieldSetBuilder = Record<string, FieldSet>;

/** The node of a field that is in the set and of which no child is. */
export const leaf: FieldSet = Object.freeze({});

export const emptySet: FieldSet = leaf;

/** The member of a node that says that the node itself is in the set. */
export const self = '.';

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the field of this node (not the root) is in the set, whatever is with its children. */
export const isMember = (node: FieldSet): boolean => node[self] !== undefined || isEmptySet(node);

/** A node with these children; undefined when it has none and is no member either. */
function nodeOf(children: FieldSetBuilder | undefined, member: boolean): FieldSet | undefined {
  if (!children) return member ? leaf : undefined;
  return member ? { [self]: leaf, ...children } : children;
}

/** What is in one or the other. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const result: FieldSetBuilder = { ...a };
  for (const element in b) {
    const [left, right] = [a[element], b[element] as FieldSet];
    result[element] = left === undefined ? right : element === self ? leaf : unionNode(left, right);
  }
  return result;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return isEmptySet(b) || b[self] ? b : { [self]: leaf, ...b };
  if (isEmptySet(b)) return a[self] ? a : { [self]: leaf, ...a };
  return union(a, b);
}

/** What is in `a` and not in `b`, field by field: a member of `b` says nothing about its children. Gives `a` itself when nothing goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, { isRoot: true, withChildren: false }) ?? emptySet;
}

/** What is in `a` and neither in `b` nor below a member of it. Gives `a` itself when nothing goes. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, { isRoot: true, withChildren: true }) ?? emptySet;
}

interface Subtraction {
  readonly isRoot: boolean;
  readonly withChildren: boolean;
}

function subtract(a: FieldSet, b: FieldSet, how: Subtraction): FieldSet | undefined {
  if (isEmptySet(b) && how.isRoot) return a;
  const isBMember = !how.isRoot && isMember(b);
  if (isBMember && how.withChildren) return undefined;
  const wasMember = !how.isRoot && isMember(a);
  const inner = how.isRoot ? { ...how, isRoot: false } : how;
  let children: FieldSetBuilder | undefined;
  let isChanged = wasMember && isBMember;
  for (const element in a) {
    if (element === self) continue;
    const [own, other] = [a[element] as FieldSet, b[element]];
    const rest = other === undefined ? own : subtract(own, other, inner);
    if (rest !== own) isChanged = true;
    if (rest !== undefined) (children ??= {})[element] = rest;
  }
  return isChanged ? nodeOf(children, wasMember && !isBMember) : a;
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return intersectNodes(a, b, true) ?? emptySet;
}

function intersectNodes(a: FieldSet, b: FieldSet, isRoot = false): FieldSet | undefined {
  let children: FieldSetBuilder | undefined;
  for (const element in a) {
    const other = b[element];
    if (element === self || other === undefined) continue;
    const shared = intersectNodes(a[element] as FieldSet, other);
    if (shared !== undefined) (children ??= {})[element] = shared;
  }
  return nodeOf(children, !isRoot && isMember(a) && isMember(b));
}

/** Whether some field is in both. Allocates nothing. */
export function intersects(a: FieldSet, b: FieldSet, isRoot = true): boolean {
  if (!isRoot && isMember(a) && isMember(b)) return true;
  for (const element in a) {
    const other = b[element];
    if (element !== self && other !== undefined && intersects(a[element] as FieldSet, other, false)) return true;
  }
  return false;
}

/** Whether all of `a` is in `b`. Allocates nothing. */
export function isSubset(a: FieldSet, b: FieldSet, isRoot = true): boolean {
  if (a === b) return true;
  if (!isRoot && isMember(a) && !isMember(b)) return false;
  for (const element in a) {
    if (element === self) continue;
    const other = b[element];
    if (other === undefined || !isSubset(a[element] as FieldSet, other, false)) return false;
  }
  return true;
}

export const equalSets = (a: FieldSet, b: FieldSet): boolean => isSubset(a, b) && isSubset(b, a);

/** The members that have no member below them: what is left when a set is read as a list of values. */
export function leaves(set: FieldSet): FieldSet {
  const result: FieldSetBuilder = {};
  for (const element in set) {
    if (element === self) continue;
    const node = set[element] as FieldSet;
    result[element] = isEmptySet(node) ? leaf : leaves(node);
  }
  return result;
}

/** Every member as the list of its path elements, parents before children, in the order of the set. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  for (const element in set) {
    if (element === self) continue;
    const node = set[element] as FieldSet;
    const path = [...prefix, element];
    if (isMember(node)) yield path;
    yield* pathsOf(node, path);
  }
}

/** The set of these paths. */
export function setOf(paths: Iterable<readonly string[]>): FieldSet {
  let result: FieldSet = emptySet;
  for (const path of paths) {
    const single = path.reduceRight<FieldSet>((child, element) => ({ [element]: child }), leaf);
    if (path.length > 0) result = union(result, single);
  }
  return result;
}
