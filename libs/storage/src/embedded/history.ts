import { apiErrors } from '@typernetes/machinery';
import { withResourceVersion } from '../resource-version';
import type { Operation, StorageEvent, StoredEntry } from '../storage';
import { decodeRevision, encodeRevision, expiryKey, logKey, parseLogKey, parseVersionKey, versionKey } from './row-keys';
import type { Tables } from './table';

const headRow = 'head';
const compactedRow = 'compacted';
const deleted = Buffer.alloc(0);
/** etcd's first revision; an empty store is at 1, so that 0 can mean "must not exist". */
const firstRevision = 1;

/**
 * The store's state and its past as functions on tables, in etcd's manner: every write of a key makes a version of it,
 * a log says which keys each revision wrote, and compaction drops the versions that no revision from there on can see.
 * Nothing here waits; what writes must run inside Backend.write.
 */
export class History {
  constructor(private readonly tables: Tables) {}

  get head(): number {
    return this.number(headRow) ?? firstRevision;
  }

  /** Revisions below it can't be read any more. */
  get compacted(): number {
    return this.number(compactedRow) ?? 0;
  }

  currentRevision(key: string): number {
    const row = this.tables.current.get(key);
    return row ? decodeRevision(row) : 0;
  }

  /** As of now, or as of a revision. Throws ApiError Expired for a compacted one. */
  entry(key: string, revision?: number): StoredEntry | undefined {
    if (revision !== undefined) {
      this.assertReadable(revision);
      const row = this.tables.versions.last(versionKey(key, 0), versionKey(key, revision + 1));
      return row && toEntry(key, parseVersionKey(row.key).revision, row.value);
    }
    const current = this.currentRevision(key);
    const value = current > 0 ? this.tables.versions.get(versionKey(key, current)) : undefined;
    return value && toEntry(key, current, value);
  }

  /** Entries of now from `start` to `end`. */
  *entries(start: string, end: string): Iterable<StoredEntry> {
    for (const { key, value } of this.tables.current.range(start, end)) {
      const revision = decodeRevision(value);
      const version = this.tables.versions.get(versionKey(key, revision));
      if (version) yield toEntry(key, revision, version) as StoredEntry;
    }
  }

  count(start: string, end: string): number {
    return this.tables.current.count(start, end);
  }

  /** Entries as they were at `revision`. Reads all versions of the range. Throws ApiError Expired. */
  *entriesAt(revision: number, start: string, end: string): Iterable<StoredEntry> {
    this.assertReadable(revision);
    let newest: StoredEntry | undefined;
    let newestKey: string | undefined;
    for (const row of this.tables.versions.range(start, end)) {
      const version = parseVersionKey(row.key);
      // A start just behind a key (`a\0`, the next page) still lies before that key's versions.
      if (version.key < start) continue;
      if (version.key !== newestKey) {
        if (newest) yield newest;
        newest = undefined;
        newestKey = version.key;
      }
      if (version.revision <= revision) newest = toEntry(version.key, version.revision, row.value);
    }
    if (newest) yield newest;
  }

  /** Writes one transaction as the next revision. The caller has checked what it expects. */
  write(operations: readonly Operation[], nowMs: number): StorageEvent[] {
    const revision = this.head + 1;
    const events: StorageEvent[] = [];
    for (const operation of operations) {
      const { type, key } = operation;
      if (type === 'check' || (type === 'delete' && this.currentRevision(key) === 0)) continue;
      this.tables.log.put(logKey(revision, events.length), Buffer.from(key));
      if (type === 'put') {
        this.tables.current.put(key, encodeRevision(revision));
        this.tables.versions.put(versionKey(key, revision), operation.value);
        if (operation.ttlSeconds) this.tables.expiries.put(expiryKey(nowMs + operation.ttlSeconds * 1_000, key), encodeRevision(revision));
        events.push({ type, key, value: withResourceVersion(operation.value, revision), revision });
      } else {
        this.tables.current.remove(key);
        this.tables.versions.put(versionKey(key, revision), deleted);
        events.push({ type, key, revision });
      }
    }
    if (events.length > 0) this.tables.meta.put(headRow, encodeRevision(revision));
    return events;
  }

  /** What was written after one revision, up to and including another. Throws ApiError Expired. */
  events(prefix: string, afterRevision: number, upToRevision: number): StorageEvent[] {
    if (afterRevision + 1 < this.compacted) throw apiErrors.expired(`required revision has been compacted at ${this.compacted}`);
    const events: StorageEvent[] = [];
    for (const row of this.tables.log.range(logKey(afterRevision + 1, 0), logKey(upToRevision + 1, 0))) {
      const key = row.value.toString();
      if (!key.startsWith(prefix)) continue;
      const revision = parseLogKey(row.key);
      const value = this.tables.versions.get(versionKey(key, revision)) ?? deleted;
      events.push(value.length === 0 ? { type: 'delete', key, revision } : { type: 'put', key, value: withResourceVersion(value, revision), revision });
    }
    return events;
  }

  /** From now on nothing below `revision` can be read; `dropBelow` then frees the space. */
  forget(revision: number): void {
    this.tables.meta.put(compactedRow, encodeRevision(revision));
  }

  /** Drops up to `limit` changes below `revision` that nobody can see any more. False: nothing was left. */
  dropBelow(revision: number, limit: number): boolean {
    let dropped = 0;
    for (const row of this.tables.log.range('', logKey(revision, 0))) {
      if (dropped++ >= limit) return true;
      this.dropVersion(row.value.toString(), parseLogKey(row.key), revision);
      this.tables.log.remove(row.key);
    }
    return false;
  }

  /** A version can go when a later one stands at `compacted`, or when it only says that the key was deleted. */
  private dropVersion(key: string, revision: number, compacted: number): void {
    const visible = this.tables.versions.last(versionKey(key, 0), versionKey(key, compacted + 1));
    if (!visible) return;
    const isVisible = parseVersionKey(visible.key).revision === revision;
    if (!isVisible || visible.value.length === 0) this.tables.versions.remove(versionKey(key, revision));
  }

  private assertReadable(revision: number): void {
    if (revision < this.compacted) throw apiErrors.expired('The resourceVersion for the provided list is too old.');
  }

  private number(row: string): number | undefined {
    const value = this.tables.meta.get(row);
    return value && decodeRevision(value);
  }
}

const toEntry = (key: string, revision: number, value: Buffer): StoredEntry | undefined =>
  value.length === 0 ? undefined : { key, value: withResourceVersion(value, revision), revision };

