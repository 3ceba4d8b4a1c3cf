import { mkdirSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { lockDirectory } from './directory-lock';
import { mapSizeBytes } from './limits';
import { checkLmdbFile } from './lmdb-file';
import type { Backend, Row, Table, Tables } from './table';

class LmdbTable implements Table {
  constructor(private readonly rows: Database<Buffer, Buffer>) {}

  get(key: string): Buffer | undefined {
    return this.rows.get(Buffer.from(key));
  }

  put(key: string, value: Buffer): void {
    this.rows.putSync(Buffer.from(key), value);
  }

  remove(key: string): void {
    this.rows.removeSync(Buffer.from(key));
  }

  *range(start: string, end: string): Iterable<Row> {
    for (const { key, value } of this.rows.getRange({ start: Buffer.from(start), end: Buffer.from(end) })) yield { key: key.toString(), value };
  }

  last(start: string, end: string): Row | undefined {
    // Downwards the start is the upper end and belongs to the range, the lower end does not.
    for (const { key, value } of this.rows.getRange({ start: Buffer.from(end), reverse: true, limit: 2 })) {
      const text = key.toString();
      if (text < end) return text >= start ? { key: text, value } : undefined;
    }
    return undefined;
  }

  count(start: string, end: string): number {
    return this.rows.getKeysCount({ start: Buffer.from(start), end: Buffer.from(end) });
  }
}

const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * Tables in an LMDB file. All writes of one turn of the event loop share one commit and one flush, which is why it is
 * fast with many writers although every write waits for the disk.
 */
export class LmdbBackend implements Backend {
  readonly tables: Tables;

  /** @param directory is made when it is missing. Throws when another store has it, or its files are no LMDB files. */
  static async open(directory: string): Promise<LmdbBackend> {
    // Loaded here, so that who uses etcd needs no native library.
    const { open } = await import('lmdb');
    mkdirSync(directory, { recursive: true });
    const unlock = lockDirectory(directory);
    try {
      checkLmdbFile(directory);
      return new LmdbBackend(open<Buffer, Buffer>({ path: directory, noSubdir: false, maxDbs: 8, mapSize: mapSizeBytes, ...encoding }), unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  private constructor(
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly unlock: () => void,
  ) {
    const table = (name: string): Table => new LmdbTable(root.openDB<Buffer, Buffer>({ name, ...encoding }));
    this.tables = { current: table('current'), versions: table('versions'), log: table('log'), expiries: table('expiries'), meta: table('meta') };
  }

  async write<T>(action: () => T): Promise<T> {
    const result = await this.root.transaction(action);
    await this.root.flushed;
    return result;
  }

  async close(): Promise<void> {
    await this.root.close();
    this.unlock();
  }
}
