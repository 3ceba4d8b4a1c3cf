import { openWatch } from './testing/open-watch';
import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

/** [sig-api-machinery] Watchers, and the options of watches. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const path = '/api/v1/namespaces/default/configmaps';
const mergePatch = { 'content-type': 'application/merge-patch+json' };
const create = async (name: string, labels: Record<string, string>): Promise<string> =>
  (await api.call('POST', path, { body: { metadata: { name, labels } } })).json.metadata?.resourceVersion ?? '';
const change = async (name: string, body: object): Promise<string> => (await api.call('PATCH', `${path}/${name}`, { body, headers: mergePatch })).json.metadata?.resourceVersion ?? '';
const remove = (name: string): Promise<HttpAnswer> => api.call('DELETE', `${path}/${name}`);
const brief = (events: readonly { type: string; object: HttpAnswer['json'] }[]): string[] => events.map(({ type, object }) => `${type} ${object.metadata?.name}`);

describe('watchers', () => {
  it('see add, update and delete of what matches their label, and of nothing else', async () => {
    const [a, b, both] = await Promise.all(['watch%3Da', 'watch%3Db', 'watch+in+(a,b)'].map((selector) => openWatch(api, `${path}?watch=true&resourceVersion=0&labelSelector=${selector}`)));
    await create('add-a', { watch: 'a' });
    await change('add-a', { data: { mutation: '1' } });
    await create('add-b', { watch: 'b' });
    await remove('add-a');
    await remove('add-b');
    expect(brief((await a?.take(3)) ?? [])).toEqual(['ADDED add-a', 'MODIFIED add-a', 'DELETED add-a']);
    expect(brief((await b?.take(2)) ?? [])).toEqual(['ADDED add-b', 'DELETED add-b']);
    expect(brief((await both?.take(5)) ?? [])).toEqual(['ADDED add-a', 'MODIFIED add-a', 'ADDED add-b', 'DELETED add-a', 'DELETED add-b']);
    for (const watch of [a, b, both]) watch?.close();
  });

  it('start from a version of the past', async () => {
    await create('past', { watch: 'past' });
    const first = await change('past', { data: { mutation: '1' } });
    await change('past', { data: { mutation: '2' } });
    await remove('past');
    const watch = await openWatch(api, `${path}?watch=true&resourceVersion=${first}&labelSelector=watch%3Dpast`);
    expect(brief(await watch.take(2))).toEqual(['MODIFIED past', 'DELETED past']);
    watch.close();
  });

  it('go on after the last version that the watch before has seen', async () => {
    const from = await create('marker', {});
    const first = await openWatch(api, `${path}?watch=true&resourceVersion=${from}&labelSelector=watch%3Dclosed`);
    await create('closed', { watch: 'closed' });
    await change('closed', { data: { mutation: '1' } });
    const seen = await first.take(2);
    first.close();
    await change('closed', { data: { mutation: '2' } });
    await remove('closed');
    const second = await openWatch(api, `${path}?watch=true&resourceVersion=${seen[1]?.object.metadata?.resourceVersion}&labelSelector=watch%3Dclosed`);
    expect(brief(await second.take(2))).toEqual(['MODIFIED closed', 'DELETED closed']);
    second.close();
  });

  it('see an object go when it no longer matches, and come when it does again', async () => {
    const watch = await openWatch(api, `${path}?watch=true&resourceVersion=0&labelSelector=watch%3Dlabel`);
    await create('label', { watch: 'label' });
    await change('label', { data: { mutation: '1' } });
    await change('label', { metadata: { labels: { watch: 'wrong' } } });
    await change('label', { data: { mutation: '2' } });
    await change('label', { metadata: { labels: { watch: 'label' } } });
    await change('label', { data: { mutation: '3' } });
    await remove('label');
    const events = await watch.take(6);
    expect(brief(events)).toEqual(['ADDED label', 'MODIFIED label', 'DELETED label', 'ADDED label', 'MODIFIED label', 'DELETED label']);
    expect(events.map(({ object }) => (object['data'] as Record<string, string> | undefined)?.['mutation'])).toEqual([undefined, '1', '1', '2', '3', '3']);
    watch.close();
  });

  it('see the same events in the same order, wherever they begin', async () => {
    const from = await create('order', { watch: 'order' });
    const first = await openWatch(api, `${path}?watch=true&resourceVersion=${from}&labelSelector=watch%3Dorder`);
    const writes = 20;
    const writing = (async () => {
      for (let i = 0; i < writes; i++) await change('order', { data: { mutation: String(i) } });
    })();
    const versions: (string | undefined)[] = [];
    const others: { watch: Awaited<ReturnType<typeof openWatch>>; from: number }[] = [];
    for (let i = 0; i < writes; i++) {
      const { object } = await first.next();
      versions.push(object.metadata?.resourceVersion);
      if (i % 5 === 0) others.push({ watch: await openWatch(api, `${path}?watch=true&resourceVersion=${object.metadata?.resourceVersion}&labelSelector=watch%3Dorder`), from: i + 1 });
    }
    await writing;
    for (const { watch, from: at } of others) {
      expect((await watch.take(writes - at)).map(({ object }) => object.metadata?.resourceVersion)).toEqual(versions.slice(at));
      watch.close();
    }
    first.close();
  });
});

describe('options of watches', () => {
  it.each<[name: string, query: string, expected: object]>([
    ['initial events without a match', 'sendInitialEvents=true', { code: 422, reason: 'Invalid' }],
    ['a match without initial events', 'resourceVersionMatch=NotOlderThan', { code: 422, reason: 'Invalid' }],
    ['a version that is none', 'resourceVersion=abc', { code: 400 }],
  ])('%s', async (_name, query, expected) => expect((await api.call('GET', `${path}?watch=true&${query}`)).json).toMatchObject(expected));

  it('sendInitialEvents=true: the state, then a bookmark that says so, then changes', async () => {
    await create('initial', { watch: 'initial' });
    const watch = await openWatch(api, `${path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=watch%3Dinitial`);
    const [added, bookmark] = await watch.take(2);
    expect([added?.type, added?.object.metadata?.name]).toEqual(['ADDED', 'initial']);
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
    await change('initial', { data: { a: 'b' } });
    expect((await watch.next()).type).toBe('MODIFIED');
    watch.close();
  });

  it('sendInitialEvents=false: only what changes from now on', async () => {
    await create('silent', { watch: 'silent' });
    const watch = await openWatch(api, `${path}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=watch%3Dsilent`);
    await change('silent', { data: { a: 'b' } });
    expect(brief([await watch.next()])).toEqual(['MODIFIED silent']);
    watch.close();
  });

  it.each([
    ['Table', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'Table', 'meta.k8s.io/v1'],
    ['PartialObjectMetadata', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'PartialObjectMetadata', 'meta.k8s.io/v1'],
  ])('as %s: every event is one, bookmarks too', async (_name, accept, kind, apiVersion) => {
    const query = `watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dshown-${kind.toLowerCase()}`;
    await create(`shown-${kind.toLowerCase()}`, {});
    const watch = await openWatch(api, `${path}?${query}`, { accept });
    const events = await watch.take(2);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    for (const { object } of events) expect(object).toMatchObject({ kind, apiVersion });
    watch.close();
  });

  it('a Table of bindings survives its bookmarks', async () => {
    const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    const watch = await openWatch(api, `${bindings}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dcluster-admin`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect((await watch.take(2)).map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    watch.close();
    expect((await api.call('GET', bindings)).code).toBe(200);
  });
});
