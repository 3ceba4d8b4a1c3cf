/**
 * All objects of one resource in memory, as of one revision, with the last changes: a pure core. Events go in (`apply`,
 * `progress`, `replace`); lists come out at once, watch events through the watchers' queues. It neither waits nor talks
 * to anybody; the mirror feeds it.
 *
 * Invariants: `revision` never falls. Every entry's revision is at most `revision`. Each watcher gets every change after
 * its start exactly once and in order of revision. Changes after `floor` are all in the window.
 */
import BTree from 'sorted-btree';
import { apiErrors } from '@typernetes/machinery';
import type { StorageEvent, StoredEntry } from '../storage';
import { Change, Delivery } from './delivery';
import { CacheEntry, type AttributesOf } from './entry';
import { AttributeIndexes, type RequiredValues } from './attribute-index';
import { attributeIndexesMax, snapshotsMax } from './limits';
import { isKeySelected, type Selection } from './selection';
import { Watcher } from './watcher';
import { WatcherIndex } from './watcher-index';
import { ChangeWindow } from './window';

type Entries = BTree<string, CacheEntry>;

export interface WatchCacheOptions {
  /** Length of this in front of the cache's own keys in the store: `/registry/pods/`. */
  readonly keyPrefix: string;
  readonly attributesOf: AttributesOf;
  /** Selectable fields by which watchers are found (`spec.nodeName`). */
  readonly indexedFields?: readonly string[];
}

export interface CacheListOptions {
  readonly limit?: number;
  /** First key wanted, inclusive. */
  readonly startKey?: string;
  /** Read a snapshot of this revision, which `hasSnapshot` has promised. */
  readonly snapshot?: number;
}

export interface CacheList {
  readonly entries: CacheEntry[];
  readonly revision: number;
  /** Where the next page begins; absent on the last. */
  readonly nextKey?: string;
  /** Entries after this page; only known without `matches`. */
  readonly remaining?: number;
}

export interface WatchStart {
  /** Changes after this revision; absent: all objects as ADDED first. */
  readonly after?: number;
  readonly wantsBookmarks: boolean;
  /** A BOOKMARK that ends the initial objects, made by the caller who knows the kind. */
  readonly initialEventsEnd?: (revision: number) => Buffer;
}

export class WatchCache {
  private entries: Entries = new BTree();
  private readonly snapshots = new Map<number, Entries>();
  private readonly indexes = new AttributeIndexes(attributeIndexesMax);
  private readonly window = new ChangeWindow(0);
  private readonly watchers: WatcherIndex;
  private currentRevision = 0;

  constructor(private readonly options: WatchCacheOptions) {
    this.watchers = new WatcherIndex(options.indexedFields ?? [], options.attributesOf);
  }

  /** The cache shows the store as of this revision. */
  get revision(): number {
    return this.currentRevision;
  }

  get size(): number {
    return this.entries.size;
  }

  get watcherCount(): number {
    return this.watchers.size;
  }

  get(key: string): CacheEntry | undefined {
    return this.entries.get(key);
  }

  apply(event: StorageEvent): void {
    const key = event.key.slice(this.options.keyPrefix.length);
    const previous = this.entries.get(key);
    if (event.type === 'put') this.change(new Change(key, event.revision, new CacheEntry(key, event.value, event.revision), previous));
    else if (previous) this.change(new Change(key, event.revision, undefined, previous));
    this.progress(event.revision);
  }

  progress(revision: number): void {
    if (revision > this.currentRevision) this.currentRevision = revision;
  }

  /**
   * The whole content as of `revision`, at the start or after the store has forgotten what came in between. Watchers see
   * the difference as if it had happened just now; the window starts anew.
   */
  replace(stored: readonly StoredEntry[], revision: number): void {
    const gone = new Map(this.entries.entries());
    const changes: Change[] = [];
    for (const { key: fullKey, value, revision: entryRevision } of stored) {
      const key = fullKey.slice(this.options.keyPrefix.length);
      const previous = gone.get(key);
      gone.delete(key);
      if (previous?.revision !== entryRevision) changes.push(new Change(key, entryRevision, new CacheEntry(key, value, entryRevision), previous));
    }
    for (const [key, previous] of gone) changes.push(new Change(key, revision, undefined, previous));
    changes.sort((a, b) => a.revision - b.revision);
    for (const change of changes) this.change(change);
    this.window.reset(revision);
    this.snapshots.clear();
    this.progress(revision);
  }

  list(selection: Selection, options: CacheListOptions = {}): CacheList {
    const entries = (options.snapshot === undefined ? undefined : this.snapshots.get(options.snapshot)) ?? this.entries;
    const revision = options.snapshot ?? this.currentRevision;
    const { matches } = selection;
    const found: CacheEntry[] = [];
    let nextKey: string | undefined;
    const visit = (key: string, entry: CacheEntry): { break: true } | undefined => {
      if (!isKeySelected(selection, key)) return { break: true };
      if (matches && !matches(entry.attributes(this.options.attributesOf))) return undefined;
      if (options.limit && found.length === options.limit) {
        nextKey = key;
        return { break: true };
      }
      found.push(entry);
      return undefined;
    };
    this.visitSelected(entries, { selection, startKey: options.startKey ?? selection.prefix }, visit);
    if (nextKey === undefined) return { entries: found, revision };
    this.keepSnapshot(revision, entries);
    const remaining = matches ? undefined : entries.forRange(nextKey, endKey(selection), false);
    return { entries: found, revision, nextKey, ...(remaining === undefined ? {} : { remaining }) };
  }

  /** Visits at least all that the selection matches, in order of key: from an index when one narrows them down. */
  private visitSelected(entries: Entries, { selection, startKey }: { selection: Selection; startKey: string }, visit: (key: string, entry: CacheEntry) => { break: true } | undefined): void {
    const candidates = entries === this.entries && selection.matches && !selection.exact ? this.candidates(selection) : undefined;
    if (!candidates) return void entries.forRange(startKey, endKey(selection), selection.exact === true, visit);
    for (const key of candidates.filter((it) => it >= startKey && isKeySelected(selection, it)).sort()) {
      const entry = entries.get(key);
      if (entry && visit(key, entry)) return;
    }
  }

  /** Keys of all objects that one of the selection's requirements allows, when those are few; in no order. */
  private candidates(selection: Selection): string[] | undefined {
    let best: Iterable<string> | undefined;
    let fewest = this.entries.size / 4;
    for (const { attribute, values } of requirementsOf(selection)) {
      const index = this.indexes.of(attribute, () => this.entries.keys());
      index.catchUp((key) => this.entries.get(key)?.attributes(this.options.attributesOf));
      const count = index.count(values);
      if (count > fewest) continue;
      fewest = count;
      best = index.keysOf(values);
    }
    return best && [...best];
  }

  /** Whether `list` can show exactly this revision. */
  hasSnapshot(revision: number): boolean {
    return revision === this.currentRevision || this.snapshots.has(revision);
  }

  /** Drops snapshots from before `revision`, so that tokens expire as the store's history does. */
  forgetSnapshots(revision: number): void {
    for (const kept of [...this.snapshots.keys()]) if (kept < revision) this.snapshots.delete(kept);
  }

  /**
   * Begins a watch.
   * @throws ApiError Expired when changes after `after` are no longer all known
   */
  watch(selection: Selection, start: WatchStart): Watcher {
    const watcher = new Watcher(selection, start.wantsBookmarks, (it) => this.watchers.remove(it));
    if (start.after === undefined) this.sendState(watcher, start);
    else this.replay(watcher, start.after);
    if (!watcher.isOverflown) this.watchers.add(watcher);
    return watcher;
  }

  /** Tells those who asked for it how far they have seen. */
  sendBookmarks(encode: (revision: number) => Buffer): void {
    let bookmark: Delivery | undefined;
    for (const watcher of this.watchers) {
      if (!watcher.wantsBookmarks) continue;
      bookmark ??= new Delivery('BOOKMARK', new CacheEntry('', encode(this.currentRevision), this.currentRevision));
      watcher.push(bookmark);
    }
  }

  /** The server stops. */
  endWatches(): void {
    for (const watcher of [...this.watchers]) watcher.end();
  }

  private sendState(watcher: Watcher, start: WatchStart): void {
    for (const entry of this.list(watcher.selection).entries) watcher.push(new Delivery('ADDED', entry));
    if (!start.initialEventsEnd) return;
    const value = start.initialEventsEnd(this.currentRevision);
    watcher.push(new Delivery('BOOKMARK', new CacheEntry('', value, this.currentRevision)));
  }

  private replay(watcher: Watcher, after: number): void {
    if (after < this.window.floor) {
      throw apiErrors.expired(`too old resource version: ${after} (${this.window.floor})`);
    }
    const one = new WatcherIndex([], this.options.attributesOf);
    one.add(watcher);
    for (const change of this.window.since(after)) one.offer(change);
  }

  private change(change: Change): void {
    if (change.current) this.entries.set(change.key, change.current);
    else this.entries.delete(change.key);
    this.indexes.note(change.key);
    this.window.push(change);
    this.watchers.offer(change);
  }

  private keepSnapshot(revision: number, entries: Entries): void {
    if (this.snapshots.has(revision)) return;
    const oldest = this.snapshots.size >= snapshotsMax ? this.snapshots.keys().next().value : undefined;
    if (oldest !== undefined) this.snapshots.delete(oldest);
    this.snapshots.set(revision, entries.clone());
  }
}

/** Exclusive end of a selection's keys (inclusive for one exact key). Keys are ASCII names. */
function endKey({ prefix, exact }: Selection): string {
  return exact ? prefix : `${prefix}\uffff`;
}

/** What can be looked up. Names and namespaces are in the keys. */
function requirementsOf({ requiredLabels = {}, requiredFields = {} }: Selection): RequiredValues[] {
  const fields = Object.entries(requiredFields).filter(([name]) => !name.startsWith('metadata.'));
  return [
    ...fields.map(([name, value]): RequiredValues => ({ attribute: { of: 'fields', name }, values: [value] })),
    ...Object.entries(requiredLabels).map(([name, values]): RequiredValues => ({ attribute: { of: 'labels', name }, values })),
  ];
}
