/* eslint-disable max-lines-per-function -- a contract is one list of rules, and its tests share the subject */
import { hasReason, systemClock } from '@typernetes/machinery';
import { encodeStored } from '../resource-version';
import type { Storage, StorageEvent, StorageWatch } from '../storage';

/** A storage of its own for one test. */
export interface ContractSubject {
  readonly storage: Storage;
  close(): Promise<void>;
}

const value = (name: string, text = ''): Buffer => encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name, annotations: { text } } });

const textOf = (bytes: Buffer | undefined): string | undefined =>
  bytes && (JSON.parse(bytes.toString()) as { metadata: { annotations: { text: string } } }).metadata.annotations.text;

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 3_000; i++) {
    if (isTrue()) return;
    await systemClock.sleep(10);
  }
  throw new Error(`not within 5 s: ${what}`);
}

/** Collects what a watch delivers. */
function record(storage: Storage, prefix: string, from: number): { events: StorageEvent[]; progress: number[]; errors: unknown[]; watch: StorageWatch } {
  const [events, progress, errors]: [StorageEvent[], number[], unknown[]] = [[], [], []];
  const watch = storage.watch(prefix, from, {
    onEvents: (batch) => events.push(...batch),
    onProgress: (revision) => progress.push(revision),
    onError: (error) => errors.push(error),
  });
  return { events, progress, errors, watch };
}

/** What every implementation of Storage must do. */
export function describeStorage(name: string, makeSubject: () => Promise<ContractSubject>): void {
  describe(`${name} as Storage`, () => {
    let subject: ContractSubject;
    let storage: Storage;
    let prefix: string;
    let runs = 0;

    beforeAll(async () => {
      subject = await makeSubject();
      storage = subject.storage;
    }, 60_000);
    afterAll(() => subject.close());
    beforeEach(() => {
      prefix = `/registry/contract${++runs}/`;
    });

    const put = async (key: string, text = '', expected?: number): Promise<number> => {
      const result = await storage.transact([{ type: 'put', key: prefix + key, value: value(key, text), ...(expected === undefined ? {} : { expected }) }]);
      if (result.type === 'conflict') throw new Error(`conflict at ${key}`);
      return result.revision;
    };

    it('splices the revision into what it gives back', async () => {
      const revision = await put('a', 'hello', 0);
      const { entry } = await storage.get(`${prefix}a`);
      expect(entry?.revision).toBe(revision);
      expect(JSON.parse(entry?.value.toString() ?? '')).toEqual({
        kind: 'Thing',
        apiVersion: 'v1',
        metadata: { resourceVersion: String(revision), name: 'a', annotations: { text: 'hello' } },
      });
    });

    it('has no entry for a key that was never written, and says its revision', async () => {
      const { entry, revision } = await storage.get(`${prefix}nothing`);
      expect(entry).toBeUndefined();
      expect(revision).toBeGreaterThan(0);
    });

    it('creates once', async () => {
      const revision = await put('a', 'first', 0);
      const second = await storage.transact([{ type: 'put', key: `${prefix}a`, value: value('a', 'second'), expected: 0 }]);
      expect(second.type).toBe('conflict');
      if (second.type === 'conflict') expect(second.current.get(`${prefix}a`)?.revision).toBe(revision);
      expect(textOf((await storage.get(`${prefix}a`)).entry?.value)).toBe('first');
    });

    it('updates and deletes only the expected revision', async () => {
      const first = await put('a', '1', 0);
      const second = await put('a', '2', first);
      expect(second).toBeGreaterThan(first);
      await expect(put('a', '3', first)).rejects.toThrow('conflict');
      expect((await storage.transact([{ type: 'delete', key: `${prefix}a`, expected: first }])).type).toBe('conflict');
      expect((await storage.transact([{ type: 'delete', key: `${prefix}a`, expected: second }])).type).toBe('committed');
      expect((await storage.get(`${prefix}a`)).entry).toBeUndefined();
    });

    it('does all or nothing', async () => {
      await put('taken', '', 0);
      const result = await storage.transact([
        { type: 'put', key: `${prefix}free`, value: value('free'), expected: 0 },
        { type: 'put', key: `${prefix}taken`, value: value('taken'), expected: 0 },
      ]);
      expect(result.type).toBe('conflict');
      if (result.type === 'conflict') expect([...result.current.values()].map((entry) => entry !== undefined)).toEqual([false, true]);
      expect((await storage.get(`${prefix}free`)).entry).toBeUndefined();
    });

    it('lets exactly one of many writers through', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => storage.transact([{ type: 'put', key: `${prefix}race`, value: value('race', String(i)), expected: 0 }])),
      );
      expect(results.filter(({ type }) => type === 'committed')).toHaveLength(1);
    });

    it('lists in order of key, in pages, as of one revision', async () => {
      for (const key of ['c', 'a', 'd', 'b']) await put(key, 'old');
      const first = await storage.list(prefix, { limit: 2 });
      expect(first.entries.map(({ key }) => key)).toEqual([`${prefix}a`, `${prefix}b`]);
      expect(first.count).toBe(4);
      await put('c', 'new');
      await put('e', 'new');
      const rest = await storage.list(prefix, { startKey: `${prefix}b\0`, revision: first.revision });
      expect(rest.entries.map(({ key, value: bytes }) => [key, textOf(bytes)])).toEqual([
        [`${prefix}c`, 'old'],
        [`${prefix}d`, 'old'],
      ]);
      expect(rest.revision).toBe(first.revision);
    });

    it('says a revision that no later read falls below', async () => {
      const written = await put('a');
      expect(await storage.revision()).toBeGreaterThanOrEqual(written);
    });

    it('watches from a revision: everything after it, in order, once', async () => {
      const start = await put('a', '1');
      const second = await put('a', '2');
      const recorded = record(storage, prefix, start);
      const third = await put('b', '3');
      await storage.transact([{ type: 'delete', key: `${prefix}a` }]);
      await put('b', '4');
      await until(() => recorded.events.length >= 4, 'four events');
      recorded.watch.close();
      expect(recorded.events.map(({ type, key }) => `${type} ${key.slice(prefix.length)}`)).toEqual(['put a', 'put b', 'delete a', 'put b']);
      expect(recorded.events[0]?.revision).toBe(second);
      expect(recorded.events[1]?.revision).toBe(third);
      expect(recorded.errors).toEqual([]);
    });

    it('does not show other prefixes, but their progress when asked', async () => {
      const start = await put('a');
      const recorded = record(storage, `${prefix}sub/`, start);
      const other = await put('b');
      await until(() => {
        recorded.watch.requestProgress();
        return recorded.progress.some((revision) => revision >= other);
      }, 'progress');
      recorded.watch.close();
      expect(recorded.events).toEqual([]);
    });

    it('gives up nothing after close', async () => {
      const start = await put('a');
      const recorded = record(storage, prefix, start);
      recorded.watch.close();
      await put('a', '2');
      await systemClock.sleep(100);
      expect(recorded.events).toEqual([]);
      expect(recorded.errors).toEqual([]);
    });

    it('takes objects with a lifetime', async () => {
      await storage.transact([{ type: 'put', key: `${prefix}event`, value: value('event'), expected: 0, ttlSeconds: 3_600 }]);
      expect((await storage.get(`${prefix}event`)).entry).toBeDefined();
    });

    it('answers Expired for what has been compacted', async () => {
      const old = await put('a', '1');
      await put('a', '2');
      const now = await put('a', '3');
      await storage.compact(now);
      await expect(storage.list(prefix, { revision: old })).rejects.toMatchObject({ reason: 'Expired' });
      const recorded = record(storage, prefix, old - 1);
      await until(() => recorded.errors.length > 0, 'an error');
      expect(hasReason(recorded.errors[0], 'Expired')).toBe(true);
    });
  });
}
