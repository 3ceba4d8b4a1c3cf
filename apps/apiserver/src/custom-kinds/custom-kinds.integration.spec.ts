import { resources, type CustomResourceDefinition } from '@typernetes/api';
import { startApiserver } from '../start';
import { openWatch } from '../testing/open-watch';
import { startTestApi, type TestApi } from '../testing/start-test-api';
import { definitionOf, definitionsPath, eventually, install } from './testing/definitions';

jest.setTimeout(60_000);

const shirts = '/apis/example.com/v1/namespaces/default/shirts';
const shirt = (name: string, spec: object = { color: 'red' }): object => ({ apiVersion: 'example.com/v1', kind: 'Shirt', metadata: { name }, spec });

describe('custom kinds', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
    await install(api, definitionOf('shirts', { names: { shortNames: ['sh'], categories: ['all'] } }));
  });

  afterAll(() => api.stop());

  it('have a definition with its names and conditions', async () => {
    const definition = (await api.call('GET', `${definitionsPath}/shirts.example.com`)).json as unknown as CustomResourceDefinition;
    expect(definition).toMatchObject({
      metadata: { generation: 1 },
      spec: { conversion: { strategy: 'None' }, names: { plural: 'shirts', singular: 'shirt', kind: 'Shirt', listKind: 'ShirtList', shortNames: ['sh'] } },
      status: {
        acceptedNames: { plural: 'shirts', singular: 'shirt', kind: 'Shirt', listKind: 'ShirtList', shortNames: ['sh'] },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
        ],
      },
    });
  });

  it('are created, read, listed, watched, changed and deleted', async () => {
    const watch = await openWatch(api, `${shirts}?watch=true`);
    const created = await api.call('POST', shirts, { body: shirt('a') });
    expect([created.code, created.json]).toMatchObject([201, { kind: 'Shirt', apiVersion: 'example.com/v1', metadata: { name: 'a', namespace: 'default', generation: 1 }, spec: { color: 'red' } }]);
    expect((await api.call('GET', `${shirts}/a`)).json).toEqual(created.json);
    expect((await api.call('GET', shirts)).json).toMatchObject({ kind: 'ShirtList', apiVersion: 'example.com/v1', items: [{ metadata: { name: 'a' } }] });
    const replaced = await api.call('PUT', `${shirts}/a`, { body: { ...created.json, spec: { color: 'blue' } } });
    expect(replaced.json).toMatchObject({ metadata: { generation: 2 }, spec: { color: 'blue' } });
    const merged = await api.call('PATCH', `${shirts}/a`, { body: { spec: { size: 'L' } }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect(merged.json).toMatchObject({ metadata: { generation: 3 }, spec: { color: 'blue', size: 'L' } });
    const patched = await api.call('PATCH', `${shirts}/a`, { body: [{ op: 'remove', path: '/spec/size' }], headers: { 'content-type': 'application/json-patch+json' } });
    expect(patched.json['spec']).toEqual({ color: 'blue' });
    expect((await api.call('DELETE', `${shirts}/a`)).json).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', group: 'example.com', kind: 'shirts' } });
    expect((await watch.take(5)).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'MODIFIED', 'DELETED']);
    watch.close();
  });

  it('are not patched strategically', async () => {
    await api.call('POST', shirts, { body: shirt('strategic') });
    const { code, json } = await api.call('PATCH', `${shirts}/strategic`, { body: {}, headers: { 'content-type': 'application/strategic-merge-patch+json' } });
    expect([code, json['message']]).toEqual([
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    ]);
  });

  it('are found in discovery', async () => {
    expect((await api.call('GET', '/apis/example.com')).json).toMatchObject({ kind: 'APIGroup', preferredVersion: { groupVersion: 'example.com/v1' } });
    expect((await api.call('GET', '/apis/example.com/v1')).json).toMatchObject({
      resources: [{ name: 'shirts', singularName: 'shirt', namespaced: true, kind: 'Shirt', shortNames: ['sh'], categories: ['all'] }],
    });
  });

  it('are there after a restart', async () => {
    await api.call('POST', shirts, { body: shirt('stays') });
    await api.restart();
    expect((await api.call('GET', `${shirts}/stays`)).json).toMatchObject({ spec: { color: 'red' } });
  });

  it('go with their definition, when all objects are gone', async () => {
    const path = '/apis/example.com/v1/namespaces/default/socks';
    await install(api, definitionOf('socks'));
    const body = { apiVersion: 'example.com/v1', kind: 'Sock', metadata: { name: 'held', finalizers: ['example.com/held'] } };
    expect((await api.call('POST', path, { body })).code).toBe(201);
    const watch = await openWatch(api, `${path}?watch=true`);
    const { code, json } = await api.call('DELETE', `${definitionsPath}/socks.example.com`);
    expect([code, json.metadata?.finalizers]).toEqual([200, ['customresourcecleanup.apiextensions.k8s.io']]);
    await eventually('the object is going', async () => (await api.call('GET', `${path}/held`)).json.metadata?.deletionTimestamp !== undefined);
    const refused = await api.call('POST', path, { body: { ...body, metadata: { name: 'late' } } });
    expect([refused.code, refused.json['message']]).toEqual([405, 'create not allowed while custom resource definition is terminating']);
    await api.call('PATCH', `${path}/held`, { body: { metadata: { finalizers: null } }, headers: { 'content-type': 'application/merge-patch+json' } });
    await eventually('the definition is gone', async () => (await api.call('GET', `${definitionsPath}/socks.example.com`)).code === 404);
    await eventually('the kind is gone', async () => (await api.call('GET', path)).code === 404);
    expect((await watch.take(3)).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect((await api.call('GET', '/apis/example.com/v1')).json).toMatchObject({ resources: [{ name: 'shirts' }] });
  });

  it('go on going after a restart', async () => {
    const path = '/apis/example.com/v1/namespaces/default/gloves';
    await install(api, definitionOf('gloves'));
    await api.call('POST', path, { body: { apiVersion: 'example.com/v1', kind: 'Glove', metadata: { name: 'held', finalizers: ['example.com/held'] } } });
    await api.call('DELETE', `${definitionsPath}/gloves.example.com`);
    await eventually('the object is going', async () => (await api.call('GET', `${path}/held`)).json.metadata?.deletionTimestamp !== undefined);
    await api.restart();
    expect((await api.call('GET', `${definitionsPath}/gloves.example.com`)).json).toMatchObject({ status: { conditions: [{}, {}, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }] } });
    await api.call('PATCH', `${path}/held`, { body: { metadata: { finalizers: null } }, headers: { 'content-type': 'application/merge-patch+json' } });
    await eventually('the definition is gone', async () => (await api.call('GET', `${definitionsPath}/gloves.example.com`)).code === 404);
  });

  it('are there without a gap while their definition changes, and watches end', async () => {
    await install(api, definitionOf('scarfs'));
    const path = '/apis/example.com/v1/namespaces/default/scarfs';
    const codes: number[] = [];
    const isChanging = { now: true };
    const write = async (): Promise<void> => {
      for (let i = 0; isChanging.now; i++) codes.push((await api.call('POST', path, { body: { apiVersion: 'example.com/v1', kind: 'Scarf', metadata: { generateName: 's-' } } })).code);
    };
    const watch = await openWatch(api, `${path}?watch=true`);
    const writers = Promise.all([write(), write()]);
    for (let i = 0; i < 20; i++) {
      const version = { ...definitionOf('scarfs').spec.versions[0], additionalPrinterColumns: [{ name: `C${i}`, type: 'string', jsonPath: '.spec.c' }] };
      const { code } = await api.call('PATCH', `${definitionsPath}/scarfs.example.com`, { body: { spec: { versions: [version] } }, headers: { 'content-type': 'application/merge-patch+json' } });
      expect(code).toBe(200);
    }
    isChanging.now = false;
    await writers;
    await api.running.customKindsServed();
    expect(new Set(codes)).toEqual(new Set([201]));
    expect((await api.call('GET', path)).json.items).toHaveLength(codes.length);
    await watch.ended;
  });

  it('are served by every apiserver of a cluster', async () => {
    const other = await startApiserver({ ...api.config, securePort: 0, grpcPort: 0 });
    try {
      const boots = { group: 'example.com', version: 'v1', kind: 'Boot', resource: 'boots', namespaced: true };
      await install(api, definitionOf('boots'));
      const client = other.clientFor({ name: 'admin', groups: ['system:masters'] });
      await eventually('the other one serves it', async () => other.registry.lookup('example.com', 'v1', 'boots') !== undefined);
      await client.resource(boots).create({ metadata: { name: 'there', namespace: 'default' } });
      expect((await api.call('GET', '/apis/example.com/v1/namespaces/default/boots/there')).code).toBe(200);
      await client.resource(resources.customResourceDefinitions).delete('boots.example.com');
      await eventually('it is gone from both', async () => (await api.call('GET', '/apis/example.com/v1/boots')).code === 404 && !other.registry.lookup('example.com', 'v1', 'boots'));
    } finally {
      await other.stop();
    }
  });

  it('get no name that another has', async () => {
    const { code } = await api.call('POST', definitionsPath, { body: definitionOf('hats', { names: { shortNames: ['sh'] } }) });
    expect(code).toBe(201);
    const read = async (): Promise<CustomResourceDefinition> => (await api.call('GET', `${definitionsPath}/hats.example.com`)).json as unknown as CustomResourceDefinition;
    await eventually('there is a verdict', async () => (await read()).status?.conditions !== undefined);
    expect((await read()).status?.conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'False', reason: 'ShortNamesConflict', message: '"sh" is already in use' },
      { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
    ]);
    expect((await api.call('GET', '/apis/example.com/v1/hats')).code).toBe(404);
    await api.call('DELETE', `${definitionsPath}/shirts.example.com`);
    await eventually('the name is free', async () => (await api.call('GET', '/apis/example.com/v1/hats')).code === 200);
  });
});
