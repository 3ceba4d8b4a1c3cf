import { silentLogger } from '@typernetes/component';
import { SimulatedClock, type Cancel } from '@typernetes/machinery';
import { EmbeddedStorage, Mirror, type WatchCache } from '@typernetes/storage';
import { startCompaction } from './compaction';
import { compactionPeriodMs } from './limits';

describe('compaction', () => {
  const clock = new SimulatedClock();
  let storage: EmbeddedStorage;
  let mirror: Mirror;
  let cache: WatchCache;
  let stop: Cancel;

  beforeEach(async () => {
    storage = await EmbeddedStorage.open({ clock });
    mirror = new Mirror(storage, { clock });
    cache = mirror.declare({ path: 'things', attributesOf: () => ({ labels: {}, fields: {} }) });
    await mirror.start();
    stop = startCompaction({ storage, mirror, clock }, silentLogger);
  });
  afterEach(async () => {
    stop();
    mirror.stop();
    await storage.close();
  });

  const write = async (): Promise<number> => {
    const value = Buffer.from('{"kind":"Thing","apiVersion":"v1","metadata":{"name":"a"}}');
    const { revision } = await storage.transact([{ type: 'put', key: '/registry/things/a', value }]);
    await mirror.waitFor(revision);
    return revision;
  };
  const isKept = (revision: number): Promise<boolean> => storage.list('/registry/', { revision }).then(() => true, () => false);

  it('is done every five minutes', () => {
    expect(compactionPeriodMs).toBe(300_000);
  });

  it('leaves whoever resumes at least one whole period, and forgets what is older', async () => {
    const first = await write();
    await write();
    await clock.advance(compactionPeriodMs);
    expect(await isKept(first)).toBe(true);
    const third = await write();
    await write();
    await clock.advance(compactionPeriodMs);
    expect([await isKept(first), await isKept(third)]).toEqual([false, true]);
    await clock.advance(compactionPeriodMs);
    expect(await isKept(third)).toBe(false);
  });

  it('ends continued lists of what the store forgot', async () => {
    await storage.transact([{ type: 'put', key: '/registry/things/b', value: Buffer.from('{"kind":"Thing","apiVersion":"v1","metadata":{"name":"b"}}') }]);
    const at = await write();
    cache.list({ prefix: '' }, { limit: 1 });
    await clock.advance(compactionPeriodMs);
    await write();
    expect(cache.hasSnapshot(at)).toBe(true);
    await clock.advance(compactionPeriodMs);
    expect(cache.hasSnapshot(at)).toBe(true);
    await write();
    await clock.advance(compactionPeriodMs);
    expect(cache.hasSnapshot(at)).toBe(false);
  });

  it('goes on when another apiserver was faster', async () => {
    await write();
    await storage.compact(await storage.revision());
    await clock.advance(2 * compactionPeriodMs);
    const later = await write();
    await write();
    await clock.advance(compactionPeriodMs);
    await write();
    await clock.advance(compactionPeriodMs);
    expect(await isKept(later)).toBe(false);
  });
});
