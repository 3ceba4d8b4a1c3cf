import type { CustomResourceDefinition } from '@typernetes/api';
import { openWatch } from '../testing/open-watch';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';
import { definitionOf, definitionsPath, eventually, install } from './testing/definitions';

jest.setTimeout(120_000);

const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' };

/** What the conformance tests of sig-api-machinery demand of CustomResourceDefinitions. */
describe('CustomResourceDefinitions', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  const get = async (path: string): Promise<HttpAnswer['json']> => (await api.call('GET', path)).json;
  const uninstall = async (name: string): Promise<void> => {
    await api.call('DELETE', `${definitionsPath}/${name}`);
    await eventually(`${name} is gone`, async () => (await api.call('GET', `${definitionsPath}/${name}`)).code === 404);
  };

  it('are watched', async () => {
    const watch = await openWatch(api, `${definitionsPath}?watch=true&fieldSelector=metadata.name%3Dnoxus.example.com`);
    await install(api, definitionOf('noxus'));
    await api.call('PATCH', `${definitionsPath}/noxus.example.com`, { body: { metadata: { labels: { a: 'b' } } }, ...merge });
    await uninstall('noxus.example.com');
    const types: string[] = [];
    while (types.at(-1) !== 'DELETED') types.push((await watch.next()).type);
    watch.close();
    expect([types[0], types.includes('MODIFIED')]).toEqual(['ADDED', true]);
  });

  it('have a status that is read, updated and patched by itself', async () => {
    await install(api, definitionOf('foos'));
    const path = `${definitionsPath}/foos.example.com/status`;
    const definition = (await get(path)) as unknown as CustomResourceDefinition;
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
    const updated = await api.call('PUT', path, { body: { ...definition, spec: {}, status: { ...definition.status, conditions: [...(definition.status?.conditions ?? []), condition] } } });
    expect([updated.code, updated.json['spec']]).toEqual([200, definition.spec]);
    const patched = await api.call('PATCH', path, { body: { metadata: { labels: { lost: 'yes' } }, status: { storedVersions: ['v1'] } }, ...merge });
    expect([patched.code, patched.json.metadata?.labels]).toEqual([200, undefined]);
    expect((await get(path))['status']).toMatchObject({ conditions: [{ type: 'NamesAccepted' }, { type: 'Established', status: 'True' }, condition] });
    await uninstall('foos.example.com');
  });

  it('are listed and deleted by label', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `listed${String.fromCharCode(97 + i)}s`);
    await Promise.all(names.map((plural) => install(api, { ...definitionOf(plural), metadata: { name: `${plural}.example.com`, labels: { e2e: 'list' } } })));
    await install(api, definitionOf('unlisteds'));
    expect((await get(`${definitionsPath}?labelSelector=e2e%3Dlist`)).items).toHaveLength(10);
    expect((await api.call('DELETE', `${definitionsPath}?labelSelector=e2e%3Dlist`)).code).toBe(200);
    await eventually('the labelled ones are gone', async () => (await get(definitionsPath)).items.length === 1);
    await uninstall('unlisteds.example.com');
  });

  it('are found in the discovery documents', async () => {
    expect((await get('/apis'))['groups']).toContainEqual(expect.objectContaining({ name: 'apiextensions.k8s.io', preferredVersion: { groupVersion: 'apiextensions.k8s.io/v1', version: 'v1' } }));
    expect(await get('/apis/apiextensions.k8s.io')).toMatchObject({ versions: [{ groupVersion: 'apiextensions.k8s.io/v1' }] });
    expect((await get('/apis/apiextensions.k8s.io/v1'))['resources']).toContainEqual(expect.objectContaining({ name: 'customresourcedefinitions', shortNames: ['crd', 'crds'] }));
  });

  it('put their kinds into the aggregated document, whose entity tag changes', async () => {
    const before = await api.call('GET', '/apis', { headers: aggregated });
    expect((await api.call('GET', '/apis', { headers: { ...aggregated, 'if-none-match': String(before.headers['etag']) } })).code).toBe(304);
    await install(api, definitionOf('seens', { versions: [{ subresources: { status: {}, scale: { specReplicasPath: '.spec.a', statusReplicasPath: '.status.a' } } }, {}] }));
    const after = await api.call('GET', '/apis', { headers: { ...aggregated, 'if-none-match': String(before.headers['etag']) } });
    const group = (after.json.items as unknown as { metadata: { name: string }; versions: unknown[] }[]).find(({ metadata }) => metadata.name === 'example.com');
    expect([after.code, after.headers['content-type']]).toEqual([200, 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList']);
    expect(group?.versions).toMatchObject([
      { version: 'v2', freshness: 'Current', resources: [{ resource: 'seens', responseKind: { kind: 'Seen' }, scope: 'Namespaced', singularResource: 'seen' }] },
      { version: 'v1', resources: [{ resource: 'seens', subresources: [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }, { subresource: 'status' }] }] },
    ]);
    await uninstall('seens.example.com');
    expect((await api.call('GET', '/apis', { headers: aggregated })).headers['etag']).toBe(before.headers['etag']);
  });

  describe('publish OpenAPI', () => {
    const v3 = async (version: string): Promise<Record<string, unknown>> => ((await get(`/openapi/v3/apis/example.com/${version}`))['components'] as { schemas: Record<string, unknown> } | undefined)?.schemas ?? {};
    const v2 = async (): Promise<Record<string, unknown>> => (await get('/openapi/v2'))['definitions'] as Record<string, unknown>;

    it('of all their versions, kinds and groups', async () => {
      const schemaOf = { type: 'object', properties: { spec: { type: 'object', properties: { size: { 'x-kubernetes-int-or-string': true }, free: { type: 'object', nullable: true, 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } } } } } };
      await install(api, definitionOf('shirts', { versions: [{ schemaOf }, {}] }));
      await install(api, definitionOf('socks'));
      const schemas = await v3('v1');
      expect(schemas['com.example.v1.Shirt']).toMatchObject({
        type: 'object',
        properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] }, ...schemaOf.properties },
        'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Shirt', version: 'v1' }],
      });
      expect(schemas).toMatchObject({ 'com.example.v1.ShirtList': {}, 'com.example.v1.Sock': {}, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {} });
      expect(await v3('v2')).toMatchObject({ 'com.example.v2.Shirt': { 'x-kubernetes-preserve-unknown-fields': true } });
      const old = await v2();
      expect(old['com.example.v1.Shirt']).toMatchObject({ properties: { spec: { properties: { size: { 'x-kubernetes-int-or-string': true }, free: { 'x-kubernetes-preserve-unknown-fields': true } } } } });
      expect(JSON.stringify(old['com.example.v1.Shirt'])).not.toMatch(/nullable|"free":\{"type/);
    });

    it('of groups of all names', async () => {
      for (const group of ['first.example.org', 'second.example.net']) {
        const { spec } = definitionOf('grouped');
        await install(api, { ...definitionOf('grouped'), metadata: { name: `grouped.${group}` }, spec: { ...spec, group } });
        const schemas = ((await get(`/openapi/v3/apis/${group}/v1`))['components'] as { schemas: Record<string, unknown> }).schemas;
        const name = `${group.split('.').reverse().join('.')}.v1.Groupe`;
        expect(schemas[name]).toMatchObject({ 'x-kubernetes-group-version-kind': [{ group, kind: 'Groupe', version: 'v1' }] });
        expect(await v2()).toHaveProperty([name]);
      }
    });

    it('anew, when a version goes, comes or is renamed', async () => {
      const index = async (): Promise<Record<string, { serverRelativeURL: string }>> => (await get('/openapi/v3'))['paths'] as Record<string, { serverRelativeURL: string }>;
      const before = await index();
      const path = `${definitionsPath}/shirts.example.com`;
      const [first, second] = ((await get(path)) as unknown as CustomResourceDefinition).spec.versions;
      expect((await api.call('PATCH', path, { body: { spec: { versions: [first, { ...second, served: false }] } }, ...merge })).code).toBe(200);
      await eventually('v2 is gone', async () => (await api.call('GET', '/openapi/v3/apis/example.com/v2')).code === 404 && !((await v2())['com.example.v2.Shirt'] !== undefined));
      await api.call('PATCH', path, { body: { spec: { versions: [first, { ...second, name: 'v3' }] } }, ...merge });
      await eventually('v3 is there', async () => (await v3('v3'))['com.example.v3.Shirt'] !== undefined);
      expect((await api.call('GET', '/apis/example.com/v2/shirts')).code).toBe(404);
      expect((await api.call('GET', '/apis/example.com/v3/shirts')).code).toBe(200);
      const after = await index();
      expect([after['apis/example.com/v2'], after['apis/example.com/v1']]).toEqual([undefined, before['apis/example.com/v1']]);
      const schemaOf = { openAPIV3Schema: { type: 'object', description: 'new' } };
      await api.call('PATCH', path, { body: { spec: { versions: [{ ...first, schema: schemaOf }, { ...second, name: 'v3' }] } }, ...merge });
      await eventually('v1 has another hash', async () => (await index())['apis/example.com/v1']?.serverRelativeURL !== before['apis/example.com/v1']?.serverRelativeURL);
    });
  });
});
