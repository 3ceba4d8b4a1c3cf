import { withoutResourceVersion, type Operation, type RangeResult, type Storage, type StoredEntry } from '@typernetes/storage';
import type { Snapshot } from './types';

const root = '/registry/';

/** Go by themselves: those of before the snapshot are not brought back. */
const events = `${root}events/`;

/** Are renewed all the time: a step back would only look like trouble. */
const leases = `${root}leases/`;

/** All entries of the store at one revision; values are shared with the store. */
export class StoreSnapshot implements Snapshot {
  readonly entries: ReadonlyMap<string, StoredEntry>;

  constructor({ entries }: RangeResult) {
    this.entries = new Map(entries.map((entry) => [entry.key, entry]));
  }

  get objects(): number {
    return this.entries.size;
  }
}

/** The writes that lead from `present` to `wanted`, each for one key. */
export function difference(present: ReadonlyMap<string, StoredEntry>, wanted: ReadonlyMap<string, StoredEntry>): Operation[] {
  const operations: Operation[] = [];
  for (const [key, entry] of present) {
    const before = wanted.get(key);
    if (!before) operations.push({ type: 'delete', key });
    else if (before.revision !== entry.revision && !key.startsWith(leases)) restore(before);
  }
  for (const [key, before] of wanted) if (!present.has(key) && !key.startsWith(events)) restore(before);
  return operations;

  function restore({ key, value }: StoredEntry): void {
    const stored = withoutResourceVersion(value);
    const now = present.get(key);
    if (!now || !withoutResourceVersion(now.value).equals(stored)) operations.push({ type: 'put', key, value: stored });
  }
}

export const takeSnapshot = async (storage: Storage): Promise<StoreSnapshot> => new StoreSnapshot(await storage.list(root));

/** One transaction takes the whole store back. @returns whether there was anything to do */
export async function restoreSnapshot(storage: Storage, snapshot: StoreSnapshot): Promise<boolean> {
  const present = await takeSnapshot(storage);
  const operations = difference(present.entries, snapshot.entries);
  if (operations.length > 0) await storage.transact(operations);
  return operations.length > 0;
}
