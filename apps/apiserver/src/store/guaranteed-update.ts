import { apiErrors, jsonEqual, type KubernetesObject } from '@typernetes/machinery';
import { CacheEntry, encodeStored, withResourceVersion, type Operation, type StoredEntry, type TransactResult } from '@typernetes/storage';
import { nameOf, type Call } from '../pipeline/call';
import { firstAttempt, nextAttempt, type Attempt } from './commit-hook';
import type { ResourceStore } from './resource-stores';
import { updateAttemptsMax } from '../limits';

/** What one attempt wants done with the object as it is now. */
export type Change =
  | { readonly type: 'put'; readonly next: KubernetesObject; readonly operations?: readonly Operation[] }
  | { readonly type: 'delete'; readonly operations?: readonly Operation[] }
  | { readonly type: 'keep' };

/** What came of it. `previous` is the object that the change was based on. */
export interface ChangeResult {
  readonly type: Change['type'];
  readonly entry: CacheEntry;
  readonly previous: CacheEntry;
}

export type TryChange = (current: CacheEntry, attempt: Attempt) => Promise<Change> | Change;

const nothingTaken: ReadonlySet<string> = new Set();

const toCacheEntry = (store: ResourceStore, { key, value, revision }: StoredEntry): CacheEntry =>
  new CacheEntry(key.slice(store.prefix.length), value, revision);

/**
 * Changes one stored object: `tryChange` decides from the object as it is; the store takes the result only if the object
 * is still that one, else it decides again. The first attempt works on the cache, which saves a read; a refusal based on
 * a cache that turns out stale does not count, nor does finding that there is nothing to change.
 * @throws ApiError NotFound, Conflict after too many attempts, whatever tryChange throws
 */
export async function guaranteedUpdate(call: Call, store: ResourceStore, tryChange: TryChange): Promise<ChangeResult> {
  const { namespace, name } = call.request.target;
  const key = store.storageKey(namespace, name);
  const readLive = async (): Promise<CacheEntry> => {
    const { entry } = await call.environment.storage.get(key);
    if (!entry) throw apiErrors.notFound(nameOf(call, name));
    return toCacheEntry(store, entry);
  };
  const cached = store.cache.get(store.cacheKey(namespace, name));
  let isLive = cached === undefined;
  let current = cached ?? (await readLive());
  let attempt = firstAttempt;
  while (attempt.number < updateAttemptsMax) {
    const outcome = await attemptChange({ call, store, key }, current, () => tryChange(current, attempt)).catch(async (error: unknown) => {
      if (isLive) throw error;
      const live = await readLive();
      isLive = true;
      if (live.revision === current.revision) throw error;
      return { retryWith: live, taken: nothingTaken };
    });
    if (!('retryWith' in outcome)) {
      if (outcome.type !== 'keep' || isLive) return outcome;
      // Nothing was written, so nobody has said yet that the cached object is the newest.
      const live = await readLive();
      isLive = true;
      if (live.revision === current.revision) return outcome;
      current = live;
      continue;
    }
    current = outcome.retryWith;
    attempt = nextAttempt(attempt, outcome.taken);
  }
  throw apiErrors.staleUpdate(nameOf(call, name));
}

interface Place {
  readonly call: Call;
  readonly store: ResourceStore;
  readonly key: string;
}

/** The object as it is now, for another attempt. */
interface Retry {
  readonly retryWith: CacheEntry;
  readonly taken: ReadonlySet<string>;
}

/** One attempt: the result, or the entry to try again with. */
async function attemptChange(place: Place, current: CacheEntry, decide: () => Promise<Change> | Change): Promise<ChangeResult | Retry> {
  const change = await decide();
  if (change.type === 'keep') return { type: 'keep', entry: current, previous: current };
  const value = change.type === 'put' ? encodeStored(change.next) : undefined;
  if (value && change.type === 'put' && isUnchanged(change.next, value, current)) return { type: 'keep', entry: current, previous: current };
  const { call, store, key } = place;
  if (call.dryRun) {
    return { type: change.type, entry: value ? new CacheEntry(current.key, withResourceVersion(value, current.revision), current.revision) : current, previous: current };
  }
  const own: Operation = value
    ? { type: 'put', key, value, expected: current.revision, ...ttlOf(call) }
    : { type: 'delete', key, expected: current.revision };
  const result = await call.environment.storage.transact([own, ...(change.operations ?? [])]);
  if (result.type === 'committed') return toResult(value, current, result);
  const now = result.current.get(key);
  if (!now) throw apiErrors.notFound(nameOf(call, call.request.target.name));
  return { retryWith: toCacheEntry(store, now), taken: takenKeys(result, key) };
}

/** Keys of others that stood in the way. */
export function takenKeys({ current }: Extract<TransactResult, { type: 'conflict' }>, ownKey: string): ReadonlySet<string> {
  return new Set([...current].filter(([key, entry]) => entry !== undefined && key !== ownKey).map(([key]) => key));
}

function toResult(value: Buffer | undefined, current: CacheEntry, { revision }: Extract<TransactResult, { type: 'committed' }>): ChangeResult {
  if (!value) return { type: 'delete', entry: current.at(revision), previous: current };
  return { type: 'put', entry: new CacheEntry(current.key, withResourceVersion(value, revision), revision), previous: current };
}

/** Events go after an hour (upstream's --event-ttl); an update begins the hour anew. */
export function ttlOf({ kind }: Call): { ttlSeconds?: number } {
  return kind.resource === 'events' && (kind.group === '' || kind.group === 'events.k8s.io') ? { ttlSeconds: 3_600 } : {};
}

/** A write that changes nothing is not made: no new revision, no event. */
function isUnchanged(next: KubernetesObject, value: Buffer, current: CacheEntry): boolean {
  const versioned = withResourceVersion(value, current.revision);
  if (versioned.length !== current.value.length) return false;
  return versioned.equals(current.value) || isReordered(next, current);
}

/** Clients send fields in an order of their own. */
function isReordered(next: KubernetesObject, current: CacheEntry): boolean {
  const { metadata, ...rest } = next;
  return jsonEqual({ ...rest, metadata: { ...metadata, resourceVersion: String(current.revision) } }, current.parse());
}
