/**
 * Server-side apply (KEP-555): the configuration is merged into the live object; what its manager applied before, applies
 * no more and nobody else owns goes; fields of others may only be changed by force.
 */
import type { ManagedFieldsEntry } from '../meta';
import { compareObjects, withoutFields, type Comparison } from './compare';
import { conflictError, type ApplyConflict } from './conflicts';
import { difference, emptySet, equalSets, intersection, isEmptySet, pathsOf, recursiveDifference, union, type FieldSet } from './field-set';
import type { FieldType } from './field-type';
import { encodeOwners, isSameManager, ownersOf, type Manager, type Owner } from './managers';
import { jsonEqual } from './json-equal';
import { matchLastApplied, refreshLastApplied } from './last-applied';
import { mergeObjects } from './merge';
import { fieldsOf, withNamedFields } from './object-fields';
import { removeFields } from './remove-fields';
import { reconcileOwners } from './schema-change';
import { comparisonsBy, disown, updateOwners, withoutManagedFields, withoutServerFields, type ObjectMetadata, type TypedPair } from './track-update';

export interface Apply<T extends ObjectMetadata> {
  /** Absent when the object is new. */
  readonly live?: T;
  readonly config: object;
  readonly type: FieldType;
  /** Operation Apply. */
  readonly manager: Manager;
  readonly force: boolean;
  readonly ignored: FieldSet;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** Live and merged object in another version; undefined when it is not served. */
  readonly convert?: (apiVersion: string, pair: TypedPair) => TypedPair | undefined;
}

export interface Applied<T> {
  /** Without managed fields. Shares parts with the live object and the configuration. */
  readonly object: T;
  readonly managedFields: ManagedFieldsEntry[] | undefined;
}

/** Who owns what there was before anybody applied or was tracked. */
const beforeFirstApply = 'before-first-apply';

/** @throws ApiError Conflict for fields that others own, unless forced */
export function applyObject<T extends ObjectMetadata>(apply: Apply<T>): Applied<T> {
  const { live, manager, type, ignored, now } = apply;
  const bare = withoutManagedFields(live);
  const owners = reconcileOwners(startingOwners(apply), type);
  const last = owners.find((owner) => isSameManager(owner.manager, manager));
  const own: Owner = { ...last, manager, isCanonical: false, fields: recursiveDifference(fieldsOf(apply.config, type), ignored) };
  const all = [...owners.filter((owner) => owner !== last), own];
  const object = prune(mergeObjects(bare, apply.config, type), { owners: all, last, type });
  const comparison = withoutFields(compareObjects(bare, object, type), ignored);
  const pair = { before: bare, after: object, type };
  const comparisonIn = comparisonsBy(manager.apiVersion, comparison, apply.convert && ((version) => apply.convert?.(version, pair)));
  const conflicts = conflictsOf(all, manager, comparisonIn);
  if (conflicts.length > 0 && !apply.force) refuse(apply, bare, conflicts);
  const rest = disown(all, comparisonIn, { except: manager });
  const fields = withoutServerFields(rest.find((owner) => isSameManager(owner.manager, manager))?.fields ?? emptySet);
  const isChanged = !jsonEqual(bare, object) || !sameOwners(owners, rest, { manager, fields });
  const time = isChanged ? now : last?.time;
  const result: Owner = { manager, ...(time ? { time } : {}), fields };
  const entries = encodeOwners(rest.map((owner) => (isSameManager(owner.manager, manager) ? result : owner)));
  return { object: refreshLastApplied(object, apply), managedFields: entries.length > 0 ? entries : undefined };
}

/** The live object's owners. An object without any gets one for everything that is there. */
function startingOwners<T extends ObjectMetadata>({ live, type, manager, ignored, now }: Apply<T>): readonly Owner[] {
  const owners = ownersOf(live?.metadata?.managedFields);
  if (!live || owners.length > 0) return owners;
  return updateOwners([], { next: live, type, manager: { ...manager, name: beforeFirstApply, operation: 'Update' }, ignored, now });
}

function conflictsOf(owners: readonly Owner[], manager: Manager, comparisonIn: (apiVersion: string) => Comparison | undefined): ApplyConflict[] {
  const conflicts: ApplyConflict[] = [];
  for (const owner of owners) {
    const comparison = comparisonIn(owner.manager.apiVersion);
    if (!comparison || isSameManager(owner.manager, manager)) continue;
    const lost = intersection(owner.fields, union(comparison.modified, comparison.added));
    for (const path of pathsOf(lost)) conflicts.push({ manager: owner.manager, path });
  }
  return conflicts;
}

/** kubectl may take what it applied from the client's side before (its annotation says so); else it is a conflict. @throws ApiError */
function refuse<T extends ObjectMetadata>({ manager, type }: Apply<T>, live: object, conflicts: readonly ApplyConflict[]): void {
  const allowed = matchLastApplied(live, manager, type);
  const left = conflicts.filter(({ path }) => !hasPath(allowed, path));
  if (left.length > 0) throw conflictError(left);
}

function hasPath(set: FieldSet, path: readonly string[]): boolean {
  const single = path.reduceRight<FieldSet>((child, element) => ({ [element]: child }), emptySet);
  return !isEmptySet(intersection(single, set));
}

interface Pruning {
  /** After this apply. */
  readonly owners: readonly Owner[];
  /** What the manager owned before. */
  readonly last: Owner | undefined;
  readonly type: FieldType;
}

/**
 * Removes what the manager owned and owns no more, unless somebody else does. What lies in a removed struct or list item
 * and was neither the manager's nor anybody's goes with it only as far as the removal itself reaches.
 */
function prune<T extends object>(merged: T, { owners, last, type }: Pruning): T {
  if (!last || isEmptySet(last.fields)) return merged;
  const lastFields = withNamedFields(last.fields, type);
  const mergedFields = withNamedFields(fieldsOf(merged, type), type);
  const owned = withNamedFields(owners.reduce<FieldSet>((sum, { fields }) => union(sum, fields), emptySet), type);
  const without = (object: T, fields: FieldSet): T => removeFields(object, fields, type);
  const bare = without(merged, lastFields);
  const kept = without(merged, difference(mergedFields, union(withNamedFields(fieldsOf(bare, type), type), owned)));
  const gone = difference(mergedFields, withNamedFields(fieldsOf(kept, type), type));
  return without(merged, intersection(gone, lastFields));
}

/** Whether nobody gained or lost anything. */
function sameOwners(before: readonly Owner[], after: readonly Owner[], own: Pick<Owner, 'fields' | 'manager'>): boolean {
  const fieldsOfOwner = (owners: readonly Owner[], manager: Manager): FieldSet => owners.find((owner) => isSameManager(owner.manager, manager))?.fields ?? emptySet;
  const isOwn = ({ manager }: Owner): boolean => isSameManager(manager, own.manager);
  return equalSets(fieldsOfOwner(before, own.manager), own.fields) && before.every((owner) => isOwn(owner) || equalSets(owner.fields, fieldsOfOwner(after, owner.manager)));
}
