import type { Cancel, Clock } from '@typernetes/machinery';

/** Is told what happens in a queue; for metrics. */
export interface WorkQueueObserver {
  added(depth: number): void;
  /** @param waitedMs between becoming ready and being taken */
  taken(depth: number, waitedMs: number): void;
  retried(): void;
}

export interface WorkQueueOptions {
  clock: Clock;
  observer?: WorkQueueObserver;
  /** First and longest pause of a key that fails. */
  backoffMsInitial?: number;
  backoffMsMax?: number;
}

/**
 * Keys that want attention. A key is in the queue at most once, and never handed out to two workers at the same time:
 * when it is added while somebody works on it, it comes back after `done`.
 */
export class WorkQueue<K = string> {
  private readonly ready: K[] = [];
  /** Keys that nobody works on yet, with the time since when they wait. */
  private readonly waiting = new Map<K, number>();
  private readonly processing = new Set<K>();
  private readonly failures = new Map<K, number>();
  private readonly timers = new Map<K, { dueMs: number; cancel: Cancel }>();
  private readonly takers: ((key: K | undefined) => void)[] = [];
  private closed = false;

  constructor(private readonly options: WorkQueueOptions) {}

  get depth(): number {
    return this.waiting.size;
  }

  add(key: K): void {
    if (this.closed || this.waiting.has(key)) return;
    this.waiting.set(key, this.options.clock.monotonic());
    this.options.observer?.added(this.depth);
    if (!this.processing.has(key)) this.offer(key);
  }

  /** Adds the key later; of several delays the earliest counts. */
  addAfter(key: K, delayMs: number): void {
    if (this.closed) return;
    if (delayMs <= 0) return this.add(key);
    const dueMs = this.options.clock.monotonic() + delayMs;
    const known = this.timers.get(key);
    if (known && known.dueMs <= dueMs) return;
    known?.cancel();
    const cancel = this.options.clock.after(delayMs, () => {
      this.timers.delete(key);
      this.add(key);
    });
    this.timers.set(key, { dueMs, cancel });
  }

  /** After a failure: each one in a row doubles the pause. */
  addRateLimited(key: K): void {
    const { backoffMsInitial = 5, backoffMsMax = 1_000_000 } = this.options;
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    this.options.observer?.retried();
    this.addAfter(key, Math.min(backoffMsMax, backoffMsInitial * 2 ** Math.min(failures, 40)));
  }

  /** After a success: the next failure starts with the shortest pause again. */
  forget(key: K): void {
    this.failures.delete(key);
  }

  retries(key: K): number {
    return this.failures.get(key) ?? 0;
  }

  /** The next key; waits for one. Undefined when the queue is closed. Every key taken must be given to `done`. */
  async take(): Promise<K | undefined> {
    const key = this.ready.shift();
    if (key !== undefined) return this.hand(key);
    if (this.closed) return undefined;
    return new Promise((resolve) => this.takers.push(resolve));
  }

  done(key: K): void {
    this.processing.delete(key);
    if (this.waiting.has(key)) this.offer(key);
  }

  close(): void {
    this.closed = true;
    for (const { cancel } of this.timers.values()) cancel();
    this.timers.clear();
    for (const taker of this.takers.splice(0)) taker(undefined);
  }

  private offer(key: K): void {
    const taker = this.takers.shift();
    if (taker) taker(this.hand(key));
    else this.ready.push(key);
  }

  private hand(key: K): K {
    const since = this.waiting.get(key) ?? 0;
    this.waiting.delete(key);
    this.options.observer?.taken(this.depth, this.options.clock.monotonic() - since);
    this.processing.add(key);
    return key;
  }
}
