import { startEtcd, type RunningEtcd } from '@typernetes/testing';
import { Mirror } from '../cache/mirror';
import { encodeStored } from '../resource-version';
import { describeStorage } from '../testing/storage-contract';
import { EtcdStorage } from './etcd-storage';

describeStorage('EtcdStorage', async () => {
  const etcd = await startEtcd();
  const storage = new EtcdStorage({ endpoints: [etcd.endpoint] });
  return {
    storage,
    close: async () => {
      storage.close();
      await etcd.stop();
    },
  };
});

const value = (name: string): Buffer => encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name } });

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1_500; i++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not within 15 s: ${what}`);
}

describe('Mirror on a real etcd', () => {
  let etcd: RunningEtcd;
  let storage: EtcdStorage;

  beforeAll(async () => {
    etcd = await startEtcd();
    storage = new EtcdStorage({ endpoints: [etcd.endpoint] });
  }, 60_000);
  afterAll(async () => {
    storage.close();
    await etcd.stop();
  });

  it('loses no event over a SIGKILL and restart of etcd, and finishes the writes that were under way', async () => {
    const mirror = new Mirror(storage);
    const cache = mirror.declare({ path: 'things', attributesOf: () => ({ labels: {}, fields: {} }) });
    await mirror.start();
    const watcher = cache.watch({ prefix: '' }, { wantsBookmarks: false });
    const seen: string[] = [];
    watcher.onReady = () => seen.push(...watcher.take().map(({ type, entry }) => `${type} ${entry.key}`));
    let acknowledged = 0;
    const writer = (async () => {
      for (let i = 0; i < 300; i++) {
        const result = await storage.transact([{ type: 'put', key: `/registry/things/t${i}`, value: value(`t${i}`), expected: 0 }]);
        expect(result.type).toBe('committed');
        acknowledged++;
      }
    })();
    await until(() => acknowledged > 50, 'some writes');
    await etcd.kill();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await etcd.start();
    await writer;
    await mirror.confirm();
    await until(() => seen.length >= 300, 'all events');
    expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => `ADDED t${i}`));
    expect(cache.size).toBe(300);
    mirror.stop();
  }, 60_000);

  it('is as fresh as the store after confirm, also when somebody else wrote elsewhere', async () => {
    const mirror = new Mirror(storage, { root: '/registry/mine/' });
    mirror.declare({ path: 'things', attributesOf: () => ({ labels: {}, fields: {} }) });
    await mirror.start();
    const written = await storage.transact([{ type: 'put', key: '/elsewhere', value: value('x') }]);
    await mirror.confirm();
    expect(mirror.revision).toBeGreaterThanOrEqual(written.revision);
    mirror.stop();
  }, 20_000);
});
