import type { Clock } from '@typernetes/machinery';

const initialMs = 1_000;
const maxMs = 15 * 60_000;

interface Entry {
  delayMs: number;
  /** Of the last replacement. */
  atMs: number;
}

/**
 * How long a failed pod stays before it is replaced: the first one not at all, then a second, then twice as long each
 * time, up to a quarter of an hour. Who behaves for twice that begins anew.
 */
export class FailedPods {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  /**
   * Milliseconds until the pod may be replaced; 0 is now. Who asks twice in one go, to act and to come back, asks for
   * the same moment (of the clock's monotonic time): a wait that ends in between would be neither.
   */
  waitMs(key: string, atMs = this.clock.monotonic()): number {
    const entry = this.current(key);
    return entry ? Math.max(0, entry.atMs + entry.delayMs - atMs) : 0;
  }

  replaced(key: string): void {
    const entry = this.current(key);
    this.entries.set(key, { delayMs: entry ? Math.min(entry.delayMs * 2, maxMs) : initialMs, atMs: this.clock.monotonic() });
  }

  /** Of an owner that is gone. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }

  private current(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry && this.clock.monotonic() - entry.atMs > 2 * maxMs) this.entries.delete(key);
    return this.entries.get(key);
  }
}
