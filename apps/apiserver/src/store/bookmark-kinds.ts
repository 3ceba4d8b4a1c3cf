import type { ResourceStore } from './resource-stores';

type Of = Pick<ResourceStore, 'cache' | 'kind'>;

/**
 * As of which kind each cache's bookmarks are. Kinds that share a cache share them: doors show a bookmark as of the kind
 * that is watched, where that has a form of its own, so one without is preferred.
 */
export function bookmarkKinds(stores: Iterable<Of>): Map<Of['cache'], Of['kind']> {
  const byCache = new Map<Of['cache'], Of['kind']>();
  for (const { cache, kind } of stores) if (!kind.storedAs || !byCache.has(cache)) byCache.set(cache, kind);
  return byCache;
}
