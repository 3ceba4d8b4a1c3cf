import { backOffMsInitial, backOffMsMax, backOffResetMs } from '../limits';

interface Entry {
  delayMs: number;
  updatedAtMs: number;
}

/** Pauses that double with every failure of a key, and start anew when there was none for long. */
export class BackOff {
  private readonly entries = new Map<string, Entry>();

  /** A shorter `maxMs` than the first pause shortens that too (KEP-4603). */
  constructor(private readonly maxMs = backOffMsMax) {}

  /** The pause that counts from `sinceMs` and is not over at `nowMs`: how long it is, and how much is left. Undefined when it may go on. */
  remaining(key: string, sinceMs: number, nowMs: number): { delayMs: number; leftMs: number } | undefined {
    const entry = this.entries.get(key);
    if (!entry || sinceMs - entry.updatedAtMs > backOffResetMs) return undefined;
    const leftMs = entry.delayMs - (nowMs - sinceMs);
    return leftMs > 0 ? { delayMs: entry.delayMs, leftMs } : undefined;
  }

  /** Notes a failure that happened at `sinceMs`. */
  next(key: string, sinceMs: number, nowMs: number): void {
    const entry = this.entries.get(key);
    const isFresh = !entry || sinceMs - entry.updatedAtMs > backOffResetMs;
    const delayMs = Math.min(isFresh ? backOffMsInitial : entry.delayMs * 2, this.maxMs);
    this.entries.set(key, { delayMs, updatedAtMs: nowMs });
  }

  /** Forgets keys that begin with `prefix`. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
}

/** `10s`, `1m20s`, `5m0s`: upstream's way to write a duration. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
