import { jsonEqual, KeyError, trackUpdate, withoutManagedFields, type KubernetesObject, type ManagedFieldsEntry, type ObjectMeta } from '@typernetes/machinery';
import type { Write } from '../pipeline/write';
import { isApply, managerOf } from './field-manager';
import { ignoredFieldsOf } from './ignored-fields';
import { convertPair, objectTypeOf } from './object-type';

/**
 * Writes down who owns what after a create, update or patch. Runs on the defaulted object before admission: what plugins
 * and strategies set is nobody's. An apply has done it already.
 */
export function trackManagedFields({ call, subresource, next, previous, now }: Write): void {
  if (isApply(call.request)) return;
  setManagedFields(next, entriesAfter({ call, subresource, next, ...(previous ? { previous } : {}), now }));
}

type Tracked = Pick<Write, 'call' | 'subresource' | 'next' | 'previous' | 'now'>;

function entriesAfter({ call, subresource, next, previous, now }: Tracked): ManagedFieldsEntry[] | undefined {
  const { kind, environment } = call;
  const manager = managerOf(call, 'Update');
  try {
    return trackUpdate({
      ...(previous ? { live: previous } : {}),
      next,
      type: objectTypeOf(kind),
      manager,
      ignored: ignoredFieldsOf(kind, subresource),
      now,
      convert: (apiVersion) => convertPair({ registry: environment.registry, kind }, apiVersion, { before: previous ?? {}, after: next }),
    });
  } catch (error) {
    // Items without their keys have no paths. Validation has the word; if it lets them pass, owners stay as they were.
    if (error instanceof KeyError) return previous?.metadata?.managedFields;
    throw error;
  }
}

/** Puts them last, as upstream shows them. */
export function setManagedFields(object: KubernetesObject, entries: ManagedFieldsEntry[] | undefined): void {
  const metadata: ObjectMeta = (object.metadata ??= {});
  delete metadata.managedFields;
  if (entries) metadata.managedFields = entries;
}

/** A write that in the end changes nothing but times of owners does not change those either, so that it is no write at all. */
export function keepTimesOfNoChange({ next, previous }: Write): void {
  const [after, before] = [next.metadata?.managedFields, previous?.metadata?.managedFields];
  if (!previous || !after || !before || after.length !== before.length) return;
  if (jsonEqual(after, before) || !jsonEqual(comparable(next), comparable(previous))) return;
  if (after.every((entry, i) => jsonEqual({ ...entry, time: '' }, { ...before[i], time: '' }))) setManagedFields(next, before);
}

function comparable(object: KubernetesObject): KubernetesObject {
  const { metadata, ...rest } = withoutManagedFields(object);
  return { ...rest, metadata: { ...metadata, resourceVersion: '' } };
}
