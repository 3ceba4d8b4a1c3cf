import BTree from 'sorted-btree';
import type { Backend, Row, Table, Tables } from './table';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

class MemoryTable implements Table {
  private readonly rows = new BTree<string, Buffer>(undefined, compare);

  get(key: string): Buffer | undefined {
    return this.rows.get(key);
  }

  put(key: string, value: Buffer): void {
    this.rows.set(key, value);
  }

  remove(key: string): void {
    this.rows.delete(key);
  }

  *range(start: string, end: string): Iterable<Row> {
    // The tree's own iterators lose their place when rows are removed; looking up the next key does not.
    for (let pair = this.rows.getPairOrNextHigher(start); pair && pair[0] < end; pair = this.rows.nextHigherPair(pair[0])) yield { key: pair[0], value: pair[1] };
  }

  last(start: string, end: string): Row | undefined {
    const pair = this.rows.nextLowerPair(end);
    return pair && pair[0] >= start ? { key: pair[0], value: pair[1] } : undefined;
  }

  count(start: string, end: string): number {
    return this.rows.forRange(start, end, false);
  }
}

/** Tables in memory, for tests and for clusters that need not outlive their process. */
export class MemoryBackend implements Backend {
  readonly tables: Tables = {
    current: new MemoryTable(),
    versions: new MemoryTable(),
    log: new MemoryTable(),
    expiries: new MemoryTable(),
    meta: new MemoryTable(),
  };

  /** JavaScript runs one action at a time; the store's actions check before they write, so none stops half way. */
  async write<T>(action: () => T): Promise<T> {
    return action();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
