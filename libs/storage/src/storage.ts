/**
 * The one interface over a store with revisions (etcd, or embedded in the process). Bytes in, bytes out: values are JSON
 * objects that begin with kind, apiVersion and metadata, without a resourceVersion; values that come out have it as
 * the first field of metadata (see resource-version.ts).
 *
 * Revisions are whole numbers that grow with every successful transaction over the whole store.
 */
export interface StoredEntry {
  readonly key: string;
  /** With `resourceVersion` spliced in. */
  readonly value: Buffer;
  /** Of the entry's last change. */
  readonly revision: number;
}

export interface ReadOptions {
  /** Read as of this revision; absent: the newest, linearizable. */
  readonly revision?: number;
}

export interface GetResult {
  readonly entry: StoredEntry | undefined;
  /** Of the store at the time of reading. */
  readonly revision: number;
}

export interface RangeOptions extends ReadOptions {
  /** At most so many entries; absent: all. */
  readonly limit?: number;
  /** First key wanted (inclusive); absent: the first of the prefix. */
  readonly startKey?: string;
}

export interface RangeResult {
  readonly entries: StoredEntry[];
  /** The revision asked for, else the store's at the time of reading. */
  readonly revision: number;
  /** Entries from startKey on, those returned included. */
  readonly count: number;
}

/** One step of a transaction. `expected` is the entry's revision, 0: must not exist; absent: whatever there is. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer; readonly expected?: number; readonly ttlSeconds?: number }
  | { readonly type: 'delete'; readonly key: string; readonly expected?: number }
  | { readonly type: 'check'; readonly key: string; readonly expected: number };

export type TransactResult =
  | { readonly type: 'committed'; readonly revision: number }
  /** Nothing was written. `current` has the entries of all keys with an expectation, as they were. */
  | { readonly type: 'conflict'; readonly revision: number; readonly current: ReadonlyMap<string, StoredEntry | undefined> };

export type StorageEvent =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer; readonly revision: number }
  | { readonly type: 'delete'; readonly key: string; readonly revision: number };

export interface WatchHandlers {
  /** Events in order of revision; all events of one revision are in one call. `revision` is the last one's. */
  onEvents(events: readonly StorageEvent[], revision: number): void;
  /** No event up to and including this revision is outstanding. */
  onProgress(revision: number): void;
  /** The watch is over: an ApiError Expired when its start was compacted, anything else is trouble on the way. */
  onError(error: unknown): void;
}

export interface StorageWatch {
  /** Asks for an onProgress as soon as all events up to now have been delivered. */
  requestProgress(): void;
  close(): void;
}

/**
 * Every method throws an ApiError ServiceUnavailable when the store can't be reached, Expired when the revision asked
 * for has been compacted.
 */
export interface Storage {
  get(key: string, options?: ReadOptions): Promise<GetResult>;
  /** Entries whose key begins with `prefix`, in order of key. */
  list(prefix: string, options?: RangeOptions): Promise<RangeResult>;
  /** All or nothing. Each key may occur once. A lost answer is resolved by reading back, so a write never counts twice. */
  transact(operations: readonly Operation[]): Promise<TransactResult>;
  /** Events after `fromRevision` (exclusive), until closed or broken. Reconnecting is the caller's. */
  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): StorageWatch;
  /** The store's revision, linearizable. */
  revision(): Promise<number>;
  /** Forgets history before `revision`. */
  compact(revision: number): Promise<void>;
  /** Resolves when all that was begun is over and nothing is held any more. */
  close(): Promise<void>;
}
