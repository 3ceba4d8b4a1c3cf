import type { CustomResourceDefinition } from '@typernetes/api';
import { openEtcdStorage } from '@typernetes/storage';
import { openWatch } from '../testing/open-watch';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';
import { definitionOf, definitionsPath, install } from './testing/definitions';

jest.setTimeout(120_000);

const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
const base = '/apis/example.com';
const wait = (api: TestApi): Promise<void> => api.running.customKindsServed();

describe('custom kinds', () => {
  let api: TestApi;
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<HttpAnswer> => api.call(method, base + path, { body, ...(headers ? { headers } : {}) });

  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  describe('of several versions', () => {
    const path = (version: string): string => `/${version}/namespaces/default/coats`;
    const coat = (version: string, name: string): object => ({ apiVersion: `example.com/${version}`, kind: 'Coat', metadata: { name }, spec: { color: 'red' } });
    const storedVersionOf = async (name: string): Promise<unknown> => {
      const storage = await openEtcdStorage({ endpoints: [api.etcd.endpoint] });
      const { entry } = await storage.get(`/registry/example.com/coats/default/${name}`);
      await storage.close();
      return (JSON.parse(entry?.value.toString() ?? '{}') as { apiVersion?: string }).apiVersion;
    };

    beforeAll(async () => {
      await install(api, definitionOf('coats', { versions: [{ subresources: { status: {} } }, { deprecated: true }] }));
    });

    it('show each object in the version that is asked for', async () => {
      expect((await call('POST', path('v2'), coat('v2', 'a'))).json).toMatchObject({ apiVersion: 'example.com/v2', spec: { color: 'red' } });
      expect((await call('GET', `${path('v1')}/a`)).json).toMatchObject({ apiVersion: 'example.com/v1' });
      const list = await call('GET', path('v2'));
      expect([list.json.apiVersion, list.json.items.map(({ apiVersion }) => apiVersion)]).toEqual(['example.com/v2', ['example.com/v2']]);
      expect(await storedVersionOf('a')).toBe('example.com/v1');
    });

    it('tell who uses a deprecated one', async () => {
      expect((await call('GET', path('v2'))).headers['warning']).toBe('299 - "example.com/v2 Coat is deprecated"');
      expect((await call('GET', path('v1'))).headers['warning']).toBeUndefined();
    });

    it('are watched in each version, bookmarks too', async () => {
      const watches = await Promise.all(['v1', 'v2'].map((version) => openWatch(api, `${base}${path(version)}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`)));
      await call('PATCH', `${path('v2')}/a`, { spec: { size: 'L' } }, merge.headers);
      for (const [i, watch] of watches.entries()) {
        const events = await watch.take(3);
        expect(events.map(({ type, object }) => [type, object.apiVersion, object.kind])).toEqual(['ADDED', 'BOOKMARK', 'MODIFIED'].map((type) => [type, `example.com/v${i + 1}`, 'Coat']));
        watch.close();
      }
    });

    it('have owners of fields by version', async () => {
      const apply = { 'content-type': 'application/apply-patch+yaml' };
      const both = await call('PATCH', `${path('v2')}/a?fieldManager=one`, coat('v2', 'a'), apply);
      expect([both.code, both.json.metadata?.managedFields?.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`)]).toEqual([200, expect.arrayContaining(['one example.com/v2'])]);
      const refused = await call('PATCH', `${path('v1')}/a?fieldManager=two`, { ...coat('v1', 'a'), spec: { color: 'blue' } }, apply);
      expect([refused.code, refused.json['message']]).toEqual([409, expect.stringMatching(/conflicts with "unknown" using example.com\/v2:\n- .spec.color/)]);
    });

    it('change the version in which they are stored with the next write', async () => {
      const definition = (await api.call('GET', `${definitionsPath}/coats.example.com`)).json as unknown as CustomResourceDefinition;
      const versions = definition.spec.versions.map((version) => ({ ...version, storage: version.name === 'v2' }));
      const watch = await openWatch(api, `${base}${path('v1')}?watch=true`);
      const changed = await api.call('PATCH', `${definitionsPath}/coats.example.com`, { body: { spec: { versions } }, ...merge });
      expect([changed.code, changed.json['status']]).toMatchObject([200, { storedVersions: ['v1', 'v2'] }]);
      await wait(api);
      expect((await call('GET', `${path('v1')}/a`)).json).toMatchObject({ apiVersion: 'example.com/v1' });
      expect(await storedVersionOf('a')).toBe('example.com/v1');
      await call('PUT', `${path('v1')}/a`, coat('v1', 'a'));
      expect(await storedVersionOf('a')).toBe('example.com/v2');
      watch.close();
      const [, v2] = versions;
      const refused = await api.call('PATCH', `${definitionsPath}/coats.example.com`, { body: { spec: { versions: [v2] } }, ...merge });
      expect([refused.code, refused.json['message']]).toEqual([422, 'CustomResourceDefinition.apiextensions.k8s.io "coats.example.com" is invalid: status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions']);
      await api.call('PATCH', `${definitionsPath}/coats.example.com/status`, { body: { status: { storedVersions: ['v2'] } }, ...merge });
      expect((await api.call('PATCH', `${definitionsPath}/coats.example.com`, { body: { spec: { versions: [v2] } }, ...merge })).code).toBe(200);
      await wait(api);
      expect([(await call('GET', path('v1'))).code, (await call('GET', path('v2'))).json.items]).toEqual([404, [expect.objectContaining({ apiVersion: 'example.com/v2' })]]);
    });
  });

  describe('of a cluster', () => {
    const gem = (name: string, color: string, isRaw = false): object => ({ apiVersion: 'example.com/v1', kind: 'Gem', metadata: { name }, spec: { color, isRaw } });

    beforeAll(async () => {
      const properties = { spec: { type: 'object', properties: { color: { type: 'string' }, isRaw: { type: 'boolean' }, count: { type: 'integer' } } }, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      const subresources = { scale: { specReplicasPath: '.spec.count', statusReplicasPath: '.status.count' } };
      await install(api, definitionOf('gems', { scope: 'Cluster', versions: [{ schemaOf: { type: 'object', properties }, subresources, selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.isRaw' }] }] }));
      for (const [name, color, isRaw] of [['a', 'red', true], ['b', 'blue', false], ['c', 'red', false]] as const) await call('POST', '/v1/gems', gem(name, color, isRaw));
    });

    it('have no namespace', async () => {
      expect((await call('GET', '/v1/gems/a')).json.metadata).not.toHaveProperty('namespace');
      expect((await call('GET', '/v1/namespaces/default/gems')).code).toBe(404);
    });

    it('are selected by their fields, in lists, watches and deletions', async () => {
      const names = async (selector: string): Promise<unknown> => (await call('GET', `/v1/gems?fieldSelector=${encodeURIComponent(selector)}`)).json.items.map(({ metadata }) => metadata?.name);
      expect([await names('spec.color=red'), await names('spec.color!=red'), await names('spec.isRaw=true,spec.color=red')]).toEqual([['a', 'c'], ['b'], ['a']]);
      const unknown = await call('GET', '/v1/gems?fieldSelector=spec.count%3D1');
      expect([unknown.code, unknown.json['message']]).toEqual([400, 'field label not supported: spec.count']);
      const watch = await openWatch(api, `${base}/v1/gems?watch=true&fieldSelector=spec.color%3Dblue`);
      await call('PATCH', '/v1/gems/a', { spec: { color: 'blue' } }, merge.headers);
      await call('PATCH', '/v1/gems/b', { spec: { color: 'red' } }, merge.headers);
      expect((await watch.take(3)).map(({ type, object }) => `${type} ${object.metadata?.name}`)).toEqual(['ADDED b', 'ADDED a', 'DELETED b']);
      watch.close();
      await call('DELETE', '/v1/gems?fieldSelector=spec.color%3Dblue');
      expect(await names('spec.color=blue')).toEqual([]);
    });

    it('print their age, when the definition says nothing', async () => {
      const { json } = await call('GET', '/v1/gems', undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
      expect([json['columnDefinitions'], json['rows']]).toMatchObject([[{ name: 'Name', format: 'name' }, { name: 'Age', type: 'date' }], [{ cells: ['b', expect.stringMatching(/^\d+s$/)] }, { cells: ['c', expect.anything()] }]]);
    });

    it('are scaled, and count no negative replicas', async () => {
      await call('PATCH', '/v1/gems/b', { spec: { count: 2 } }, merge.headers);
      expect((await call('PATCH', '/v1/gems/b/scale', { spec: { replicas: 4 } }, merge.headers)).json).toMatchObject({ kind: 'Scale', spec: { replicas: 4 }, status: { replicas: 0 } });
      const missing = await call('GET', '/v1/gems/c/scale');
      expect([missing.code, missing.json['message']]).toEqual([500, 'Internal error occurred: the spec replicas field ".spec.count" does not exist']);
      const { code, json } = await call('PATCH', '/v1/gems/b', { spec: { count: -1 } }, merge.headers);
      expect([code, json['message']]).toEqual([422, 'Gem.example.com "b" is invalid: spec.count: Invalid value: -1: should be a non-negative integer']);
    });

    it('are JSON, YAML or nothing', async () => {
      const protobuf = 'application/vnd.kubernetes.protobuf';
      expect((await call('GET', '/v1/gems', undefined, { accept: `${protobuf},application/json` })).headers['content-type']).toBe('application/json');
      expect((await call('GET', '/v1/gems', undefined, { accept: protobuf })).code).toBe(406);
      expect((await call('GET', '/v1/gems/b', undefined, { accept: 'application/yaml' })).text).toContain('apiVersion: example.com/v1');
      const refused = await call('POST', '/v1/gems', 'k8s\0', { 'content-type': protobuf });
      expect([refused.code, refused.json['message']]).toEqual([415, 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml']);
    });

    it('are those of whoever may', async () => {
      await api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { body: { metadata: { name: 'gems' }, rules: [{ apiGroups: ['example.com'], resources: ['gems'], verbs: ['get', 'list'] }] } });
      await api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { body: { metadata: { name: 'gems' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'gems' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }] } });
      const jane = { 'impersonate-user': 'jane' };
      expect((await call('GET', '/v1/gems', undefined, jane)).code).toBe(200);
      const refused = await call('DELETE', '/v1/gems/b', undefined, jane);
      expect([refused.code, refused.json['message']]).toEqual([403, 'gems.example.com "b" is forbidden: User "jane" cannot delete resource "gems" in API group "example.com" at the cluster scope']);
      expect((await call('GET', '/v1/unknown', undefined, jane)).code).toBe(403);
    });

    it('warn of finalizers that anybody could mean', async () => {
      const { headers } = await call('PATCH', '/v1/gems/b?dryRun=All', { metadata: { finalizers: ['mine'] } }, merge.headers);
      expect(headers['warning']).toContain('prefer a domain-qualified finalizer name including a path (/)');
    });
  });
});
