/**
 * Who owns what after an update (create, update, patch): what the update changed or added is the updater's and nobody
 * else's; what it removed is nobody's. Everything else stays as it was.
 */
import type { ManagedFieldsEntry } from '../meta';
import { changedFields, compareObjects, withoutFields, type Comparison } from './compare';
import { difference, emptySet, intersects, isEmptySet, isMember, isSubset, setOf, union, type FieldSet } from './field-set';
import type { FieldType } from './field-type';
import { capOwners, decodeOwners, encodeOwners, isReset, isSameManager, ownersOf, type Manager, type Owner } from './managers';
import { jsonEqual } from './json-equal';
import { fieldElement } from './path-element';

/** What the two versions differ in, in the version of an entry. */
export type ComparisonIn = (apiVersion: string) => Comparison | undefined;

/** An object in a version of the API. */
export interface TypedPair {
  readonly before: object;
  readonly after: object;
  readonly type: FieldType;
}

export interface ObjectMetadata {
  readonly metadata?: { readonly managedFields?: ManagedFieldsEntry[] };
}

export interface UpdateTracking<T extends ObjectMetadata> {
  /** Absent when the object is new. */
  readonly live?: T;
  /** Its `managedFields` are what the client sent. */
  readonly next: T;
  readonly type: FieldType;
  readonly manager: Manager;
  /** What the endpoint does not let anybody change (status of the object itself, spec of its status). */
  readonly ignored: FieldSet;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** Both objects in another version, for entries of that version; undefined when it is not served: such entries go. */
  readonly convert?: (apiVersion: string) => TypedPair | undefined;
}

/** What the server itself sets is nobody's (upstream's stripSet). */
const serverFields: FieldSet = setOf([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => ['f:metadata', fieldElement(name)]),
]);

/** The set without fields that are the server's. */
export const withoutServerFields = (fields: FieldSet): FieldSet => difference(fields, serverFields);

/** The managed fields of `next` once it is stored; undefined: none. */
export function trackUpdate<T extends ObjectMetadata>(tracking: UpdateTracking<T>): ManagedFieldsEntry[] | undefined {
  const { live, next } = tracking;
  const owners = startingOwners(live?.metadata?.managedFields, next.metadata?.managedFields, tracking.manager);
  // Objects from before tracking, and those that were reset, are not tracked until somebody applies.
  if (live && owners.length === 0) return undefined;
  const entries = encodeOwners(updateOwners(owners, tracking));
  return entries.length > 0 ? entries : undefined;
}

/** What the client sent counts, so that managed fields can be changed directly; but not through a subresource, and not when it is broken. */
function startingOwners(live: ManagedFieldsEntry[] | undefined, sent: ManagedFieldsEntry[] | undefined, { subresource }: Manager): readonly Owner[] {
  if (subresource !== '' || !sent || sent.length === 0) return ownersOf(live);
  if (isReset(sent)) return [];
  if (live && jsonEqual(live, sent)) return ownersOf(live);
  try {
    return decodeOwners(sent);
  } catch {
    return ownersOf(live);
  }
}

/** The owners after the update, at most so many as are allowed. */
export function updateOwners<T extends ObjectMetadata>(owners: readonly Owner[], tracking: UpdateTracking<T>): readonly Owner[] {
  const { live, next, type, manager, ignored, now, convert } = tracking;
  const comparison = withoutFields(compareObjects(comparable(live, ignored), comparable(next, ignored), type), ignored);
  const comparisonIn = comparisonsBy(manager.apiVersion, comparison, convert);
  const taken = withoutServerFields(changedFields(comparison));
  const rest = disown(owners, comparisonIn, { except: manager });
  if (isEmptySet(taken)) return capOwners(rest);
  const own = rest.find((owner) => isSameManager(owner.manager, manager));
  const updated: Owner = own && isSubset(taken, own.fields) ? { ...own, time: now } : { manager, time: now, fields: own ? union(own.fields, taken) : taken };
  return capOwners(own ? rest.map((owner) => (owner === own ? updated : owner)) : [...rest, updated]);
}

/** Comparison by version, each made once. */
export function comparisonsBy(apiVersion: string, comparison: Comparison, convert: ((apiVersion: string) => TypedPair | undefined) | undefined): ComparisonIn {
  const made = new Map<string, Comparison | undefined>([[apiVersion, comparison]]);
  return (version) => {
    if (!made.has(version)) {
      const pair = convert ? convert(version) : undefined;
      made.set(version, convert ? pair && compareObjects(withoutManagedFields(pair.before), withoutManagedFields(pair.after), pair.type) : comparison);
    }
    return made.get(version);
  };
}

/** Takes changed and removed fields from everybody; the changed ones are left to `except`. */
export function disown(owners: readonly Owner[], comparisonIn: ComparisonIn, { except }: { except: Manager }): readonly Owner[] {
  const result: Owner[] = [];
  for (const owner of owners) {
    const comparison = comparisonIn(owner.manager.apiVersion);
    if (!comparison) continue;
    let { fields } = owner;
    if (!isSameManager(owner.manager, except)) for (const side of [comparison.modified, comparison.added]) if (intersects(fields, side)) fields = difference(fields, side);
    if (intersects(fields, comparison.removed)) fields = difference(fields, comparison.removed);
    result.push(fields === owner.fields ? owner : { ...owner, fields });
  }
  return result;
}

/** A view of the object without managed fields and whole parts that are ignored: a status patch need not walk over the spec. */
function comparable(object: object | undefined, ignored: FieldSet): object {
  const bare: Record<string, unknown> = { ...withoutManagedFields(object) };
  for (const element in ignored) if (isMember(ignored[element] as FieldSet)) delete bare[element.slice('f:'.length)];
  return bare;
}

/** A view of the object as comparisons and merges see it. */
export function withoutManagedFields<T extends object>(object: T | undefined): T {
  if (!object) return emptySet as T;
  const { metadata } = object as ObjectMetadata;
  if (!metadata?.managedFields) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}
