import { EmbeddedStorage } from '../embedded/embedded-storage';
import { encodeStored } from '../resource-version';
import { Mirror } from './mirror';
import type { WatchCache } from './watch-cache';

const attributesOf = (): { labels: Record<string, string>; fields: Record<string, string> } => ({ labels: {}, fields: {} });
const path = 'example.com/shirts';

const put = (storage: EmbeddedStorage, name: string): Promise<unknown> =>
  storage.transact([{ type: 'put', key: `/registry/${path}/${name}`, value: encodeStored({ kind: 'Shirt', apiVersion: 'example.com/v1', metadata: { name } }) }]);

const namesIn = (cache: WatchCache): string[] => cache.list({ prefix: '' }).entries.map(({ key }) => key);

describe('a cache that comes while the mirror runs', () => {
  let storage: EmbeddedStorage;
  let mirror: Mirror;

  beforeEach(async () => {
    storage = await EmbeddedStorage.open();
    mirror = new Mirror(storage);
    mirror.declare({ path: 'pods', attributesOf });
    await put(storage, 'before');
    await mirror.start();
  });

  afterEach(async () => {
    mirror.stop();
    await storage.close();
  });

  it('has what is stored, and what is written from then on', async () => {
    const cache = await mirror.adopt({ path, attributesOf });
    expect(namesIn(cache)).toEqual(['before']);
    await put(storage, 'later');
    await mirror.confirm();
    expect(namesIn(cache)).toEqual(['before', 'later']);
  });

  it('misses nothing that is written while it reads', async () => {
    const { list } = storage;
    storage.list = async (...args) => {
      const result = await list.apply(storage, args);
      await put(storage, 'meanwhile');
      await storage.transact([{ type: 'delete', key: `/registry/${path}/before` }]);
      await mirror.confirm();
      return result;
    };
    expect(namesIn(await mirror.adopt({ path, attributesOf }))).toEqual(['meanwhile']);
  });

  it('reads again when the mirror itself had to read everything anew', async () => {
    const { list } = storage;
    let reads = 0;
    storage.list = async (...args) => {
      const result = await list.apply(storage, args);
      if (reads++ === 0) await put(storage, 'unseen').then(() => (mirror as unknown as { readAll(): Promise<void> }).readAll());
      return result;
    };
    expect(namesIn(await mirror.adopt({ path, attributesOf }))).toEqual(['before', 'unseen']);
  });

  it('takes the place of the one before, whose watches end, as they do when the path is dropped', async () => {
    const first = await mirror.adopt({ path, attributesOf });
    const watcher = first.watch({ prefix: '' }, { wantsBookmarks: false });
    const second = await mirror.adopt({ path, attributesOf });
    expect([watcher.isEnded, namesIn(second)]).toEqual([true, ['before']]);
    const other = second.watch({ prefix: '' }, { wantsBookmarks: false });
    mirror.drop(path);
    await put(storage, 'unseen');
    await mirror.confirm();
    expect([other.isEnded, namesIn(second)]).toEqual([true, ['before']]);
  });
});

describe('confirming that the caches are new', () => {
  it('asks the store once for all who come while a question is on its way, and never answers with an older one', async () => {
    const storage = await EmbeddedStorage.open();
    const mirror = new Mirror(storage);
    const cache = mirror.declare({ path, attributesOf });
    await mirror.start();
    const answers: (() => void)[] = [];
    const { revision } = storage;
    storage.revision = async () => {
      const asked = await revision.call(storage);
      await new Promise<void>((resolve) => answers.push(resolve));
      return asked;
    };
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const first = mirror.confirm();
    await turn();
    await put(storage, 'a');
    const later = [mirror.confirm(), mirror.confirm()];
    await turn();
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await first;
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]?.();
    const written = cache.get('a')?.revision ?? NaN;
    for (const confirmed of await Promise.all(later)) expect(confirmed).toBeGreaterThanOrEqual(written);
    mirror.stop();
    await storage.close();
  });

  it('asks again after a failure', async () => {
    const storage = await EmbeddedStorage.open();
    const mirror = new Mirror(storage);
    await mirror.start();
    const failing = jest.spyOn(storage, 'revision').mockRejectedValueOnce(new Error('broken'));
    await expect(mirror.confirm()).rejects.toThrow('broken');
    await expect(mirror.confirm()).resolves.toBe(mirror.revision);
    expect(failing).toHaveBeenCalledTimes(2);
    mirror.stop();
    await storage.close();
  });

  it('has the store say how far events have come when something else than the mirrored moved its revision', async () => {
    const storage = await EmbeddedStorage.open();
    const mirror = new Mirror(storage);
    mirror.declare({ path, attributesOf });
    await mirror.start();
    await storage.transact([{ type: 'put', key: '/elsewhere/a', value: encodeStored({ kind: 'A', apiVersion: 'v1', metadata: { name: 'a' } }) }]);
    const revision = await storage.revision();
    expect(mirror.revision).toBeLessThan(revision);
    expect(await mirror.confirm()).toBe(revision);
    expect(mirror.revision).toBe(revision);
    mirror.stop();
    await storage.close();
  });
});
