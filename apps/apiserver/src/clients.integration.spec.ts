import { resources, type ConfigMap } from '@typernetes/api';
import { createGrpcClient, createRestClient, type ApiClient, type WatchEvent } from '@typernetes/client';
import { startTestApi, type TestApi } from './testing/start-test-api';

/** Both doors, through both clients, must behave alike: one contract, two implementations. */
let api: TestApi;
const clients: { grpc?: ApiClient; rest?: ApiClient } = {};

beforeAll(async () => {
  api = await startTestApi();
  const { admin, caCert, running } = api;
  const access = {
    server: `https://127.0.0.1:${running.securePort}`,
    grpcServer: `127.0.0.1:${running.grpcPort}`,
    ca: Buffer.from(caCert),
    cert: Buffer.from(admin.cert),
    key: Buffer.from(admin.key),
  };
  clients.grpc = createGrpcClient({ access, userAgent: 'test' });
  clients.rest = createRestClient({ access, userAgent: 'test' });
}, 60_000);
afterAll(async () => {
  clients.grpc?.close();
  clients.rest?.close();
  await api.stop();
});

describe.each(['grpc', 'rest'] as const)('client over %s', (door) => {
  const maps = () => {
    const client = clients[door];
    if (!client) throw new Error('not started');
    return client.resource(resources.configMaps);
  };
  const namespace = 'default';
  const named = (name: string): string => `${door}-${name}`;
  const object = (name: string, data: Record<string, string> = { a: 'b' }): ConfigMap => ({ metadata: { name: named(name), namespace, labels: { door, name } }, data });

  test('is known as a manager by its own name, and applies', async () => {
    const created = await maps().create(object('managed'));
    expect(created.metadata?.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([['test', 'Update']]);
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: named('managed') }, data: { a: 'c' } };
    const apply = (force: boolean): Promise<ConfigMap> => maps().patch(named('managed'), config, { namespace, type: 'application/apply-patch+yaml', fieldManager: 'applier', force });
    await expect(apply(false)).rejects.toThrow('conflict with "test" using v1: .data.a');
    expect((await apply(true)).data).toEqual({ a: 'c' });
    await maps().delete(named('managed'), { namespace });
  });

  test('creates, gets, lists, updates, patches, deletes', async () => {
    const created = await maps().create(object('all'));
    expect(created.metadata?.uid).toBeDefined();
    expect(await maps().get(named('all'), { namespace })).toEqual(created);
    const { items, metadata } = await maps().list({ namespace, labelSelector: `door=${door}` });
    expect(items.map((item) => item.metadata?.name)).toEqual([named('all')]);
    expect(metadata.resourceVersion).toMatch(/^\d+$/);
    const updated = await maps().update({ ...created, data: { a: 'c' } });
    expect(updated.data).toEqual({ a: 'c' });
    const patched = await maps().patch(named('all'), { data: { d: 'e' } }, { namespace, type: 'application/merge-patch+json' });
    expect(patched.data).toEqual({ a: 'c', d: 'e' });
    await maps().delete(named('all'), { namespace, preconditions: { uid: created.metadata?.uid } });
    await expect(maps().get(named('all'), { namespace })).rejects.toMatchObject({ reason: 'NotFound' });
  });

  test('refusals are the same words', async () => {
    const created = await maps().create(object('refused'));
    await maps().update({ ...created, data: { a: 'newer' } });
    await expect(maps().update({ ...created, data: { a: 'older' } })).rejects.toMatchObject({ reason: 'Conflict', status: { code: 409, details: { name: named('refused'), kind: 'configmaps' } } });
    await expect(maps().create(object('refused'))).rejects.toMatchObject({ reason: 'AlreadyExists' });
    await expect(maps().create({ metadata: { name: 'Not_Allowed', namespace } })).rejects.toMatchObject({ reason: 'Invalid', status: { code: 422, details: { causes: [{ field: 'metadata.name' }] } } });
    await expect(maps().delete(named('refused'), { namespace, preconditions: { uid: 'other' } })).rejects.toMatchObject({ reason: 'Conflict' });
  });

  test('pages', async () => {
    await Promise.all(['1', '2', '3'].map((name) => maps().create({ ...object(`page-${name}`), metadata: { ...object(`page-${name}`).metadata, labels: { pages: door } } })));
    const first = await maps().list({ namespace, labelSelector: `pages=${door}`, limit: 2 });
    expect(first.items).toHaveLength(2);
    const second = await maps().list({ namespace, labelSelector: `pages=${door}`, limit: 2, continue: first.metadata.continue });
    expect([...first.items, ...second.items].map(({ metadata }) => metadata?.name)).toEqual(['1', '2', '3'].map((n) => named(`page-${n}`)));
    expect(second.metadata.continue ?? '').toBe('');
  });

  test('watches from a revision', async () => {
    const { metadata } = await maps().list({ namespace });
    const end = new AbortController();
    const seen: WatchEvent<ConfigMap>[] = [];
    const watching = (async () => {
      for await (const batch of maps().watch({ namespace, resourceVersion: metadata.resourceVersion, labelSelector: `name=watched`, signal: end.signal })) {
        seen.push(...batch);
        if (seen.some(({ type }) => type === 'DELETED')) end.abort();
      }
    })();
    const created = await maps().create(object('watched'));
    await maps().update({ ...created, data: { a: 'c' } });
    await maps().delete(named('watched'), { namespace });
    await watching;
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(seen[0]?.object).toEqual(created);
  });

  test('a revision of the future is refused', async () => {
    const events = maps().watch({ namespace, resourceVersion: '999999999' });
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ reason: 'Timeout', status: { code: 504 } });
  });
});
