import type { KubernetesObject, OwnerReference } from '@typernetes/machinery';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** What an owner is to its dependents. */
export type OwnerState = 'solid' | 'waiting' | 'absent';

/**
 * What becomes of a dependent: it stays while one owner is there for good. When all that is left are owners that wait
 * for it (foreground deletion), it goes too and lets its own dependents go first.
 */
export type Verdict = { action: 'keep' } | { action: 'dropReferences'; uids: string[] } | { action: 'delete'; propagation: 'Background' | 'Foreground' | 'Orphan' };

export function judge(object: KubernetesObject, states: ReadonlyMap<string, OwnerState>, hasDependents: boolean): Verdict {
  const owners = object.metadata?.ownerReferences ?? [];
  if (!owners.length || object.metadata?.deletionTimestamp) return { action: 'keep' };
  const inState = (state: OwnerState): OwnerReference[] => owners.filter(({ uid }) => states.get(uid) === state);
  const absent = inState('absent');
  const waiting = inState('waiting');
  if (inState('solid').length) {
    const uids = [...absent, ...waiting].map(({ uid }) => uid);
    return uids.length ? { action: 'dropReferences', uids } : { action: 'keep' };
  }
  if (waiting.length && hasDependents) return { action: 'delete', propagation: 'Foreground' };
  const finalizers = object.metadata?.finalizers ?? [];
  if (finalizers.includes(orphanFinalizer)) return { action: 'delete', propagation: 'Orphan' };
  return { action: 'delete', propagation: finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background' };
}
