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
