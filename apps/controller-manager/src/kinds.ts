import type { ResourceType } from '@typernetes/api';
import { builtInKinds } from '@typernetes/api';

let cached: readonly ResourceType[] | undefined;

/**
 * The kinds whose objects can be listed, watched and deleted: what a namespace holds and what may own or be owned. A
 * kind served under two groups (events) counts once.
 */
export function deletableKinds(): readonly ResourceType[] {
  if (cached) return cached;
  const byStorage = new Map<string, ResourceType>();
  for (const kind of builtInKinds) {
    const complete = (['list', 'watch', 'delete'] as const).every((verb) => kind.verbs.includes(verb));
    if (kind.storagePath && complete && !byStorage.has(kind.storagePath)) byStorage.set(kind.storagePath, kind);
  }
  return (cached = [...byStorage.values()]);
}
