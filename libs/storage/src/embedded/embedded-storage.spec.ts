import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { SimulatedClock } from '@typernetes/machinery';
import { encodeStored } from '../resource-version';
import type { Operation, StorageEvent } from '../storage';
import { describeStorage, type ContractSubject } from '../testing/storage-contract';
import { describeStorageProperties } from '../testing/storage-properties';
import { EmbeddedStorage } from './embedded-storage';

const makeDirectory = (): Promise<string> => mkdtemp(path.join(os.tmpdir(), 't8s-embedded-'));

async function onDisk<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await makeDirectory();
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const put = (key: string, expected?: number, ttlSeconds?: number): Operation => ({
  type: 'put',
  key: `/registry/things/${key}`,
  value: encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name: key } }),
  ...(expected === undefined ? {} : { expected }),
  ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
});

const keysOf = async (storage: EmbeddedStorage, revision?: number): Promise<string[]> =>
  (await storage.list('/registry/things/', revision === undefined ? {} : { revision })).entries.map(({ key }) => key.slice('/registry/things/'.length));

async function inMemory(): Promise<ContractSubject> {
  const storage = await EmbeddedStorage.open();
  return { storage, close: () => storage.close() };
}

async function onDiskSubject(): Promise<ContractSubject> {
  const directory = await makeDirectory();
  const storage = await EmbeddedStorage.open({ directory });
  return {
    storage,
    close: async () => {
      await storage.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describe.each([
  ['EmbeddedStorage in memory', inMemory],
  ['EmbeddedStorage on disk', onDiskSubject],
])('%s', (name, makeSubject) => {
  describeStorage(name, makeSubject);
  describeStorageProperties(name, makeSubject);
});

describe('EmbeddedStorage', () => {
  it('keeps a second store away from its directory, until it is closed', () =>
    onDisk(async (directory) => {
      const first = await EmbeddedStorage.open({ directory });
      await expect(EmbeddedStorage.open({ directory })).rejects.toThrow(`${directory} is in use by this process`);
      await first.close();
      await (await EmbeddedStorage.open({ directory })).close();
    }));

  it('names the process that has its directory; one that is gone has it no more', () =>
    onDisk(async (directory) => {
      const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
      await once(holder, 'spawn');
      await writeFile(path.join(directory, 'holder.pid'), `${holder.pid}\n`);
      await expect(EmbeddedStorage.open({ directory })).rejects.toThrow(`${directory} is in use by process ${holder.pid}`);
      holder.kill('SIGKILL');
      await once(holder, 'close');
      await (await EmbeddedStorage.open({ directory })).close();
    }));

  it.each([
    ['noise', Buffer.alloc(20_000, 7)],
    ['too short', Buffer.alloc(10)],
  ])('refuses a file that is none of its own: %s', (_what, content) =>
    onDisk(async (directory) => {
      await writeFile(path.join(directory, 'data.mdb'), content);
      await expect(EmbeddedStorage.open({ directory })).rejects.toThrow('data.mdb is damaged: it does not begin as a file of LMDB does');
      await expect(EmbeddedStorage.open({ directory })).rejects.toThrow('is damaged');
    }),
  );

  it('takes a directory from a process whose number another one has by now', () =>
    onDisk(async (directory) => {
      await writeFile(path.join(directory, 'holder.pid'), `${process.ppid}\n1\n`);
      await (await EmbeddedStorage.open({ directory })).close();
    }));

  it('goes on where it was when it is opened again', () =>
    onDisk(async (directory) => {
      const first = await EmbeddedStorage.open({ directory });
      await first.transact([put('a', 0)]);
      await first.transact([put('b', 0)]);
      const start = await first.revision();
      await first.transact([{ type: 'delete', key: '/registry/things/a' }]);
      await first.close();

      const second = await EmbeddedStorage.open({ directory });
      expect(await second.revision()).toBe(start + 1);
      expect(await keysOf(second)).toEqual(['b']);
      expect(await keysOf(second, start)).toEqual(['a', 'b']);
      const events: StorageEvent[] = [];
      const seen = new Promise<void>((resolve, reject) => {
        second.watch('/registry/', start, {
          onEvents: (batch) => {
            events.push(...batch);
            resolve();
          },
          onProgress: () => undefined,
          onError: reject,
        });
      });
      await seen;
      expect(events.map(({ type, key }) => `${type} ${key}`)).toEqual(['delete /registry/things/a']);
      await second.close();
    }));

  it.each([
    ['in memory', (run: (directory?: string) => Promise<void>) => run()],
    ['on disk', onDisk],
  ])('ends lifetimes, but not of what was written again since (%s)', (_, where) =>
    where(async (directory) => {
      const clock = new SimulatedClock();
      const storage = await EmbeddedStorage.open({ clock, ...(directory ? { directory } : {}) });
      await storage.transact([put('short', 0, 5)]);
      await storage.transact([put('renewed', 0, 5)]);
      await storage.transact([put('renewed', undefined, 60)]);
      await storage.transact([put('kept', 0, 5)]);
      await storage.transact([put('kept')]);
      await clock.advance(4_000);
      expect(await keysOf(storage)).toEqual(['kept', 'renewed', 'short']);
      await clock.advance(3_000);
      // The deletion waits for the disk, not for the clock.
      for (let i = 0; i < 3_000 && (await keysOf(storage)).includes('short'); i++) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await keysOf(storage)).toEqual(['kept', 'renewed']);
      await storage.close();
    }),
  );

  it('keeps what compaction leaves visible, and the revision asked for itself', async () => {
    const storage = await EmbeddedStorage.open();
    await storage.transact([put('a', 0)]);
    await storage.transact([put('gone', 0)]);
    await storage.transact([{ type: 'delete', key: '/registry/things/gone' }]);
    await storage.transact([put('b', 0)]);
    const at = await storage.revision();
    await storage.transact([put('a')]);
    await storage.compact(at);
    expect(await keysOf(storage, at)).toEqual(['a', 'b']);
    expect(await keysOf(storage)).toEqual(['a', 'b']);
    await expect(storage.compact(at)).rejects.toMatchObject({ reason: 'Expired' });
    await expect(storage.compact(at + 100)).rejects.toThrow('required revision is a future revision');
    await storage.close();
  });

  it('says so when it is closed, and refuses keys that a table cannot hold', async () => {
    const storage = await EmbeddedStorage.open();
    await expect(storage.transact([put('x'.repeat(2_000))])).rejects.toThrow('key is longer than 1900 bytes');
    await storage.close();
    await expect(storage.revision()).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });
});
