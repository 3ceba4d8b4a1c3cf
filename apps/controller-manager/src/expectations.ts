import type { Clock } from '@typernetes/machinery';

/** After this long without the awaited events the cache is believed again, whatever it shows. */
const patienceMs = 5 * 60_000;

/**
 * Remembers what a controller has just created and deleted until its own cache shows it: without that, a stale cache
 * would make it create (or delete) the same number again.
 */
export class Expectations {
  private readonly byKey = new Map<string, { creations: Set<string>; deletions: Set<string>; sinceMs: number }>();

  constructor(private readonly clock: Clock) {}

  created(key: string, uid: string): void {
    this.entry(key).creations.add(uid);
  }

  deleted(key: string, uid: string): void {
    this.entry(key).deletions.add(uid);
  }

  sawCreation(key: string, uid: string): void {
    this.byKey.get(key)?.creations.delete(uid);
  }

  /** A pod that is gone (or going) fulfils both. */
  sawDeletion(key: string, uid: string): void {
    const entry = this.byKey.get(key);
    entry?.deletions.delete(uid);
    entry?.creations.delete(uid);
  }

  /** May the cache be believed for this key? */
  fulfilled(key: string): boolean {
    const entry = this.byKey.get(key);
    if (!entry) return true;
    const done = entry.creations.size === 0 && entry.deletions.size === 0;
    if (!done && this.clock.monotonic() - entry.sinceMs < patienceMs) return false;
    this.byKey.delete(key);
    return true;
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }

  private entry(key: string): { creations: Set<string>; deletions: Set<string>; sinceMs: number } {
    let entry = this.byKey.get(key);
    if (!entry) this.byKey.set(key, (entry = { creations: new Set(), deletions: new Set(), sinceMs: 0 }));
    entry.sinceMs = this.clock.monotonic();
    return entry;
  }
}
