/** Rows in order of key, compared byte by byte. Keys are text; a table holds keys up to `keyBytesMax`. */
export interface Table {
  get(key: string): Buffer | undefined;
  put(key: string, value: Buffer): void;
  remove(key: string): void;
  /** Rows from `start` (inclusive) to `end` (exclusive), upwards. Rows may be removed while it runs, not added. */
  range(start: string, end: string): Iterable<Row>;
  /** The row with the greatest key from `start` (inclusive) to `end` (exclusive). */
  last(start: string, end: string): Row | undefined;
  count(start: string, end: string): number;
}

export interface Row {
  readonly key: string;
  readonly value: Buffer;
}

/** What the embedded store keeps; `row-keys.ts` says how the keys are made. */
export interface Tables {
  /** Key -> revision of the entry that stands there now. */
  readonly current: Table;
  /** Key and revision -> value; an empty value says that the key was deleted then. */
  readonly versions: Table;
  /** Revision and position in its transaction -> key. */
  readonly log: Table;
  /** End of life and key -> revision of the entry that ends then. */
  readonly expiries: Table;
  /** The store's own numbers. */
  readonly meta: Table;
}

/** Where the tables live. */
export interface Backend {
  readonly tables: Tables;
  /**
   * Runs `action` alone and all or nothing: it sees its own writes, others see them when it is through. Resolves when
   * what it wrote is kept. Actions run in the order of the calls and their promises resolve in that order.
   */
  write<T>(action: () => T): Promise<T>;
  close(): Promise<void>;
}
