/**
 * `metadata.managedFields` as the server works with it: who owns which fields, in which version. Entries are told apart
 * by manager, operation, subresource and, for updates, apiVersion.
 */
import type { ManagedFieldsEntry } from '../meta';
import { parseTime } from '../time';
import { canonical, decodeFieldSet } from './codec';
import { isEmptySet, union, type FieldSet } from './field-set';

export type ManagedOperation = 'Apply' | 'Update';

/** Who writes. */
export interface Manager {
  /** Empty: `unknown`. */
  readonly name: string;
  readonly operation: ManagedOperation;
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** One entry. Immutable; what does not change is passed on as it is. */
export interface Owner {
  readonly manager: Manager;
  /** RFC 3339; absent in entries that never had one. */
  readonly time?: string;
  readonly fields: FieldSet;
  /** Whether `fields` are in the format's order, as the store has them. */
  readonly isCanonical?: boolean;
}

/** Update managers beyond this are merged, oldest first, into one (upstream's DefaultMaxUpdateManagers). */
export const updateManagersMax = 10;

const ancientChanges = 'ancient-changes';

/** What makes two entries one; an applier stays the same whatever version it applies. */
export function isSameManager(a: Manager, b: Manager): boolean {
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource && (a.operation === 'Apply' || a.apiVersion === b.apiVersion);
}

/** Entries that the server wrote itself. */
export function ownersOf(entries: readonly ManagedFieldsEntry[] | undefined): readonly Owner[] {
  return (entries ?? []).map(toOwner);
}

const toOwner = ({ manager = '', operation, apiVersion = '', time, fieldsV1, subresource = '' }: ManagedFieldsEntry): Owner => ({
  manager: { name: manager, operation: operation === 'Apply' ? 'Apply' : 'Update', apiVersion, subresource },
  ...(time ? { time } : {}),
  fields: (fieldsV1 ?? {}) as FieldSet,
  isCanonical: true,
});

/** Entries that a client sent. @throws Error for entries that are none (upstream's texts) */
export function decodeOwners(entries: readonly ManagedFieldsEntry[]): readonly Owner[] {
  return entries.map((entry, i) => {
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') throw new Error('operation must be `Apply` or `Update`');
    if (!entry.apiVersion) throw new Error('apiVersion must not be empty');
    if (!entry.fieldsType) throw new Error(`missing fieldsType in managed fields entry ${i}`);
    if (entry.fieldsType !== 'FieldsV1') throw new Error(`invalid fieldsType ${JSON.stringify(entry.fieldsType)} in managed fields entry ${i}`);
    return { ...toOwner(entry), fields: decodeFieldSet(entry.fieldsV1) };
  });
}

/** `managedFields: [{}]` asks for everything to be forgotten. */
export const isReset = (entries: readonly ManagedFieldsEntry[] | undefined): boolean => entries?.length === 1 && Object.keys(entries[0] ?? {}).length === 0;

/** Back to the wire, in upstream's order: appliers first, then by time, then by name. Owners of nothing are left out. */
export function encodeOwners(owners: readonly Owner[]): ManagedFieldsEntry[] {
  return owners.filter(({ fields }) => !isEmptySet(fields)).sort(compareOwners).map(toEntry);
}

const toEntry = ({ manager, time, fields, isCanonical }: Owner): ManagedFieldsEntry => ({
  manager: manager.name || 'unknown',
  operation: manager.operation,
  apiVersion: manager.apiVersion,
  ...(time ? { time } : {}),
  fieldsType: 'FieldsV1',
  fieldsV1: isCanonical ? fields : canonical(fields),
  ...(manager.subresource ? { subresource: manager.subresource } : {}),
});

const secondsOf = ({ time }: Owner): number => Math.floor((parseTime(time ?? '') ?? 0) / 1000);
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function compareOwners(a: Owner, b: Owner): number {
  const [left, right] = [a.manager, b.manager];
  return (
    compareTexts(left.operation, right.operation) ||
    // Times of one format compare as texts.
    (a.time?.length === b.time?.length ? compareTexts(a.time ?? '', b.time ?? '') : secondsOf(a) - secondsOf(b)) ||
    compareTexts(left.name, right.name) ||
    compareTexts(left.apiVersion, right.apiVersion) ||
    compareTexts(left.subresource, right.subresource)
  );
}

/** Merges the oldest updaters of each version into `ancient-changes` until there are few enough. */
export function capOwners(owners: readonly Owner[]): readonly Owner[] {
  const updaters = owners.filter(({ manager }) => manager.operation === 'Update');
  let surplus = updaters.length - updateManagersMax;
  if (surplus <= 0) return owners;
  const result = new Set(owners);
  const buckets = new Map<string, Owner>();
  for (const updater of updaters.sort(compareOwners)) {
    if (surplus <= 0) break;
    const { apiVersion } = updater.manager;
    const bucket = buckets.get(apiVersion);
    if (bucket) {
      result.delete(bucket);
      result.delete(updater);
      surplus--;
    }
    const merged: Owner = bucket
      ? { manager: { name: ancientChanges, operation: 'Update', apiVersion, subresource: '' }, ...(updater.time ? { time: updater.time } : {}), fields: union(bucket.fields, updater.fields) }
      : updater;
    buckets.set(apiVersion, merged);
    result.add(merged);
  }
  return [...result];
}
