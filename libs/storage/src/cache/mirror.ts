/**
 * Keeps the watch caches of all resources in step with the store through one watch on everything below the root. One
 * feed means one revision: when an event of any resource arrives, every cache is known to be as fresh as that, so a
 * read is consistent as soon as the feed has passed the store's revision, whatever resource moved it.
 *
 * Broken connections resume after the last event; when the store has compacted it away, everything is read anew and
 * the caches work out the difference.
 */
import { ApiError, apiErrors, failure, hasReason, systemClock, type Clock } from '@typernetes/machinery';
import type { Storage, StorageEvent, StorageWatch, StoredEntry } from '../storage';
import type { AttributesOf } from './entry';
import { freshnessTimeoutMs, progressRequestAfterMs, reconnectDelayMs, relistPageSize } from './limits';
import { WatchCache } from './watch-cache';

export interface MirrorOptions {
  /** Everything below it is mirrored: `/registry/`. */
  readonly root?: string;
  readonly clock?: Clock;
  /** Trouble that was survived: lost connections, compacted history. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface CacheDeclaration {
  /** Below the root, without slashes at the ends: `pods`, `services/specs`. */
  readonly path: string;
  readonly attributesOf: AttributesOf;
  readonly indexedFields?: readonly string[];
}

/** A cache whose first content is being read; what happens meanwhile waits. */
interface Loading {
  readonly cache: WatchCache;
  readonly events: StorageEvent[];
}

const noop = (): void => {};

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
}

export class Mirror {
  private readonly caches = new Map<string, WatchCache>();
  private readonly loading = new Map<string, Loading>();
  private readonly root: string;
  private readonly clock: Clock;
  private watch: StorageWatch | undefined;
  private currentRevision = 0;
  /** Counts how often everything was read. */
  private relists = 0;
  private isSynced = false;
  private isStopped = false;
  private waiters: Waiter[] = [];
  /** Resolves when no question is on its way. */
  private confirmation: Promise<void> = Promise.resolve();
  private nextConfirmation: Promise<number> | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly options: MirrorOptions = {},
  ) {
    this.root = options.root ?? '/registry/';
    this.clock = options.clock ?? systemClock;
  }

  /** All caches show the store as of this revision. */
  get revision(): number {
    return this.currentRevision;
  }

  get synced(): boolean {
    return this.isSynced;
  }

  /** Before `start`. */
  declare(declaration: CacheDeclaration): WatchCache {
    const cache = this.cacheFor(declaration);
    this.caches.set(declaration.path, cache);
    return cache;
  }

  private cacheFor({ path, attributesOf, indexedFields }: CacheDeclaration): WatchCache {
    return new WatchCache({ keyPrefix: `${this.root}${path}/`, attributesOf, ...(indexedFields ? { indexedFields } : {}) });
  }

  /**
   * A cache for a path that comes while the mirror runs, once it has read what is stored there. One that was there before
   * goes on until then, and its watches end. Of one path only one may come at a time.
   * @throws ApiError when the store can't be read
   */
  async adopt(declaration: CacheDeclaration): Promise<WatchCache> {
    const { path } = declaration;
    for (;;) {
      const own: Loading = { cache: this.cacheFor(declaration), events: [] };
      const relists = this.relists;
      this.loading.set(path, own);
      try {
        const { entries, revision } = await this.read(`${this.root}${path}/`);
        await this.waitFor(revision);
        // What happened before a relist was not told as events.
        if (relists !== this.relists) continue;
        this.install(path, own, { entries, revision });
        return own.cache;
      } finally {
        this.loading.delete(path);
      }
    }
  }

  private install(path: string, { cache, events }: Loading, { entries, revision }: { entries: StoredEntry[]; revision: number }): void {
    cache.replace(entries, revision);
    for (const event of events) if (event.revision > revision) cache.apply(event);
    cache.progress(this.currentRevision);
    this.caches.get(path)?.endWatches();
    this.caches.set(path, cache);
  }

  /** Forgets a path; its watches end. */
  drop(path: string): void {
    this.caches.get(path)?.endWatches();
    this.caches.delete(path);
  }

  /** Reads everything and starts to follow. Rejects when the store can't be read. */
  async start(): Promise<void> {
    await this.readAll();
    this.follow();
  }

  /** Every watch ends. */
  stop(): void {
    this.isStopped = true;
    this.watch?.close();
    for (const cache of this.caches.values()) cache.endWatches();
  }

  /**
   * Resolves when the caches are at least as new as the store was when this was called.
   */
  async confirm(): Promise<number> {
    const revision = await this.confirmedRevision();
    await this.waitFor(revision);
    return revision;
  }

  /**
   * Resolves when the caches have reached `revision`.
   * @throws ApiError Timeout (cause ResourceVersionTooLarge) when that takes too long
   */
  async waitFor(revision: number): Promise<void> {
    if (revision <= this.currentRevision) return;
    const aborter = new AbortController();
    const arrival = new Promise<'arrived'>((resolve) => {
      this.waiters.push({ revision, resolve: () => resolve('arrived') });
    });
    const cancelRequest = this.clock.after(progressRequestAfterMs, () => this.watch?.requestProgress());
    const deadline = this.clock.sleep(freshnessTimeoutMs, aborter.signal).then(
      () => 'late' as const,
      () => 'arrived' as const,
    );
    const outcome = await Promise.race([arrival, deadline]);
    aborter.abort();
    cancelRequest();
    if (outcome === 'late') throw this.tooLarge(revision);
  }

  private tooLarge(revision: number): Error {
    const message = `Too large resource version: ${revision}, current: ${this.currentRevision}`;
    return failure('Timeout', message, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }

  /**
   * One question at a time is on its way. It must be sent after the caller came, so whoever comes meanwhile shares the
   * next one: under load many reads cost one question, and alone none waits.
   */
  private confirmedRevision(): Promise<number> {
    this.nextConfirmation ??= this.confirmation.then(() => {
      this.nextConfirmation = undefined;
      const asked = this.storage.revision();
      this.confirmation = asked.then(noop, noop);
      return asked;
    });
    return this.nextConfirmation;
  }

  private async readAll(): Promise<void> {
    const { entries, revision } = await this.read(this.root);
    const byPath = new Map<string, StoredEntry[]>();
    for (const entry of entries) {
      const path = this.pathOf(entry.key) ?? '';
      const known = byPath.get(path);
      if (known) known.push(entry);
      else byPath.set(path, [entry]);
    }
    for (const [path, cache] of this.caches) cache.replace(byPath.get(path) ?? [], revision);
    this.relists++;
    this.isSynced = true;
    this.advance(revision);
  }

  /** Everything below a prefix as of one revision, page by page. */
  private async read(prefix: string): Promise<{ entries: StoredEntry[]; revision: number }> {
    const entries: StoredEntry[] = [];
    let startKey: string | undefined;
    let revision = 0;
    for (;;) {
      const page = await this.storage.list(prefix, { limit: relistPageSize, ...(startKey ? { startKey, revision } : {}) });
      revision ||= page.revision;
      for (const entry of page.entries) entries.push(entry);
      const last = page.entries[page.entries.length - 1];
      if (!last || page.count <= page.entries.length) return { entries, revision };
      startKey = `${last.key}\0`;
    }
  }

  private follow(): void {
    if (this.isStopped) return;
    this.watch = this.storage.watch(this.root, this.currentRevision, {
      onEvents: (events, revision) => this.receive(events, revision),
      onProgress: (revision) => this.advance(revision),
      onError: (error) => void this.recover(error),
    });
  }

  private async recover(error: unknown): Promise<void> {
    this.options.onTrouble?.(error);
    for (let needsRelist = hasReason(error, 'Expired'); !this.isStopped; ) {
      await this.clock.sleep(reconnectDelayMs);
      try {
        if (needsRelist) await this.readAll();
        this.follow();
        return;
      } catch (failed) {
        needsRelist = true;
        this.options.onTrouble?.(failed);
      }
    }
  }

  private receive(events: readonly StorageEvent[], revision: number): void {
    for (const event of events) {
      const path = this.pathOf(event.key);
      if (path === undefined) continue;
      this.caches.get(path)?.apply(event);
      this.loading.get(path)?.events.push(event);
    }
    this.advance(revision);
  }

  private advance(revision: number): void {
    if (revision <= this.currentRevision) return;
    this.currentRevision = revision;
    for (const cache of this.caches.values()) cache.progress(revision);
    if (this.waiters.length === 0) return;
    const waiters = this.waiters;
    this.waiters = waiters.filter((waiter) => waiter.revision > revision);
    for (const waiter of waiters) if (waiter.revision <= revision) waiter.resolve();
  }

  /** The store forgets what was before `revision`: lists of then can't be continued from here any longer either. */
  compacted(revision: number): void {
    for (const cache of this.caches.values()) cache.forgetSnapshots(revision);
  }

  /** `/registry/services/specs/ns/a` belongs to `services/specs`: the first one or two parts of the key. */
  private pathOf(key: string): string | undefined {
    const first = key.indexOf('/', this.root.length);
    if (first < 0) return undefined;
    const path = key.slice(this.root.length, first);
    if (this.caches.has(path)) return path;
    const second = key.indexOf('/', first + 1);
    const longer = second < 0 ? undefined : key.slice(this.root.length, second);
    return longer !== undefined && (this.caches.has(longer) || this.loading.has(longer)) ? longer : undefined;
  }
}

/**
 * A continue token names a place in a list at one revision; a late one can't be answered with the same list.
 * @param token goes on from the same place in the newest state
 */
export function expiredContinue(token: string): ApiError {
  const { status } = apiErrors.expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new ApiError({ ...status, metadata: { continue: token } });
}
