import { createRegistry, resources } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import { EmbeddedStorage, encodeStored, Mirror, type CacheEntry } from '@typernetes/storage';
import type { Call } from '../pipeline/call';
import { guaranteedUpdate, type Change, type ChangeResult, type TryChange } from './guaranteed-update';
import { ResourceStores, type ResourceStore } from './resource-stores';

/** The mirror is stopped as soon as it has read the first state: from then on its caches are stale. */
describe('an update by a cache that is stale', () => {
  let storage: EmbeddedStorage;
  let store: ResourceStore;
  let call: Call;
  const { configMaps } = resources;

  const object = (data: Record<string, string>): KubernetesObject => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace: 'default' }, data }) as KubernetesObject;
  const write = (data: Record<string, string>): Promise<unknown> => storage.transact([{ type: 'put', key: '/registry/configmaps/default/a', value: encodeStored(object(data)) }]);
  const stored = async (): Promise<unknown> => JSON.parse(String((await storage.get('/registry/configmaps/default/a')).entry?.value)) as unknown;
  const dataOf = (entry: CacheEntry): Record<string, string> => (entry.parse() as { data?: Record<string, string> }).data ?? {};
  const adding = (seen: unknown[]): TryChange => (current): Change => {
    seen.push(dataOf(current));
    return { type: 'put', next: object({ ...dataOf(current), mine: 'yes' }) };
  };
  const run = (change: TryChange): Promise<ChangeResult> => guaranteedUpdate(call, store, change);

  beforeEach(async () => {
    storage = await EmbeddedStorage.open();
    await write({ turn: '1' });
    const mirror = new Mirror(storage);
    const registry = createRegistry();
    const stores = new ResourceStores(registry, mirror);
    await mirror.start();
    mirror.stop();
    const kind = registry.lookup(configMaps.group, configMaps.version, configMaps.resource);
    if (!kind) throw new Error('no kind of config maps');
    store = stores.of(kind);
    const target = { ...configMaps, namespace: 'default', name: 'a', subresource: '' };
    call = { environment: { storage }, kind, request: { verb: 'update', target, options: {} }, dryRun: false, warnings: [] } as unknown as Call;
  });
  afterEach(() => storage.close());

  it('needs no read when the cache is right', async () => {
    const seen: unknown[] = [];
    const read = jest.spyOn(storage, 'get');
    await run(adding(seen));
    expect([seen, read.mock.calls.length]).toEqual([[{ turn: '1' }], 0]);
  });

  it('is decided again on what the store has, and loses nothing of it', async () => {
    await write({ turn: '2', other: 'kept' });
    const seen: unknown[] = [];
    await run(adding(seen));
    expect(seen).toEqual([{ turn: '1' }, { turn: '2', other: 'kept' }]);
    expect(await stored()).toMatchObject({ data: { turn: '2', other: 'kept', mine: 'yes' } });
  });

  it('is refused only for what the store has', async () => {
    await write({ turn: '2' });
    const refusing = (turn: string): TryChange => (current): Change => {
      if (dataOf(current)['turn'] === turn) throw new Error(`refused at ${turn}`);
      return { type: 'put', next: object({ ...dataOf(current), mine: 'yes' }) };
    };
    await run(refusing('1'));
    expect(await stored()).toMatchObject({ data: { turn: '2', mine: 'yes' } });
    await expect(run(refusing('2'))).rejects.toThrow('refused at 2');
  });

  it('is not taken for no change by what the cache has', async () => {
    await write({ turn: '2' });
    await run((): Change => ({ type: 'put', next: object({ turn: '1' }) }));
    expect(await stored()).toMatchObject({ data: { turn: '1' } });
  });
});
