import { apiErrors, systemClock, type Cancel, type Clock } from '@typernetes/machinery';
import type { GetResult, Operation, RangeOptions, RangeResult, ReadOptions, Storage, StorageEvent, StorageWatch, StoredEntry, TransactResult, WatchHandlers } from '../storage';
import { dueExpiries } from './expiry';
import { History } from './history';
import { compactionBatchMax, expiryBatchMax, expiryPeriodMs, keyBytesMax } from './limits';
import { LmdbBackend } from './lmdb-backend';
import { MemoryBackend } from './memory-backend';
import { endOfPrefix } from './row-keys';
import type { Backend } from './table';
import { WatchHub } from './watch-hub';

export interface EmbeddedOptions {
  /** Where the data is kept; absent: in memory, and gone with the process. */
  readonly directory?: string;
  readonly clock?: Clock;
}

interface Outcome {
  readonly result: TransactResult;
  readonly events: readonly StorageEvent[];
}

/**
 * Storage inside the process: LMDB or memory behind the same rules as etcd. A write is acknowledged, and shown to
 * watchers, when it is on disk.
 */
export class EmbeddedStorage implements Storage {
  private readonly history: History;
  private readonly hub: WatchHub;
  private readonly clock: Clock;
  private readonly stopExpiring: Cancel;
  private expiring: Promise<void> | undefined;
  private isClosed = false;

  /** Rejects when the directory can't be used. */
  static async open(options: EmbeddedOptions = {}): Promise<EmbeddedStorage> {
    const backend = options.directory === undefined ? new MemoryBackend() : await LmdbBackend.open(options.directory);
    return new EmbeddedStorage(backend, options.clock ?? systemClock);
  }

  private constructor(
    private readonly backend: Backend,
    clock: Clock,
  ) {
    this.clock = clock;
    this.history = new History(backend.tables);
    this.hub = new WatchHub(this.history.head, (prefix, after, upTo) => this.history.events(prefix, after, upTo));
    this.stopExpiring = clock.every(expiryPeriodMs, () => this.expire());
  }

  async get(key: string, options: ReadOptions = {}): Promise<GetResult> {
    this.assertOpen();
    return { entry: this.history.entry(key, options.revision), revision: this.history.head };
  }

  async list(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    this.assertOpen();
    const start = options.startKey ?? prefix;
    const end = endOfPrefix(prefix);
    const { head } = this.history;
    if (options.revision === undefined || options.revision === head) {
      return { entries: take(this.history.entries(start, end), options.limit), revision: head, count: this.history.count(start, end) };
    }
    const entries = [...this.history.entriesAt(options.revision, start, end)];
    return { entries: options.limit ? entries.slice(0, options.limit) : entries, revision: options.revision, count: entries.length };
  }

  async transact(operations: readonly Operation[]): Promise<TransactResult> {
    this.assertOpen();
    for (const { key } of operations) {
      if (Buffer.byteLength(key) > keyBytesMax) throw apiErrors.badRequest(`key is longer than ${keyBytesMax} bytes`);
    }
    const { result, events } = await this.backend.write(() => this.apply(operations));
    if (result.type === 'committed' && events.length > 0 && !this.isClosed) this.hub.publish(events, result.revision);
    return result;
  }

  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): StorageWatch {
    this.assertOpen();
    return this.hub.open(prefix, fromRevision, handlers);
  }

  async revision(): Promise<number> {
    this.assertOpen();
    return this.hub.published;
  }

  async compact(revision: number): Promise<void> {
    this.assertOpen();
    if (revision > this.history.head) throw apiErrors.badRequest('required revision is a future revision');
    if (revision <= this.history.compacted) throw apiErrors.expired(`required revision has been compacted at ${this.history.compacted}`);
    await this.backend.write(() => this.history.forget(revision));
    while (!this.isClosed && (await this.backend.write(() => this.history.dropBelow(revision, compactionBatchMax))));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopExpiring();
    this.hub.close();
    await this.expiring;
    await this.backend.close();
  }

  /** Runs inside a transaction of the backend. */
  private apply(operations: readonly Operation[]): Outcome {
    const isConflict = operations.some(({ key, expected }) => expected !== undefined && this.history.currentRevision(key) !== expected);
    if (isConflict) {
      const current = new Map<string, StoredEntry | undefined>();
      for (const { key, expected } of operations) if (expected !== undefined) current.set(key, this.history.entry(key));
      return { result: { type: 'conflict', revision: this.history.head, current }, events: [] };
    }
    const events = this.history.write(operations, this.clock.now());
    return { result: { type: 'committed', revision: this.history.head }, events };
  }

  private expire(): void {
    this.expiring ??= this.deleteExpired().finally(() => {
      this.expiring = undefined;
    });
  }

  private async deleteExpired(): Promise<void> {
    const due = dueExpiries(this.backend.tables.expiries, this.clock.now(), expiryBatchMax);
    for (const { operation } of due) await this.transact([operation]);
    if (due.length > 0) {
      await this.backend.write(() => {
        for (const { row } of due) this.backend.tables.expiries.remove(row);
      });
    }
  }

  private assertOpen(): void {
    if (this.isClosed) throw apiErrors.serviceUnavailable('the store is closed');
  }
}

function take<T>(items: Iterable<T>, limit: number | undefined): T[] {
  if (!limit) return [...items];
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length >= limit) break;
  }
  return taken;
}
