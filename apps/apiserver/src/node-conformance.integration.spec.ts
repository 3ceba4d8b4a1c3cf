/** What conformance of Kubernetes 1.36 demands of what nodes and their volumes read, as far as the API alone decides it. */
import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const own = '/api/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };
const create = async (path: string, body: object): Promise<HttpAnswer> => {
  const answer = await api.call('POST', path, { body });
  expect([answer.code, answer.code === 201 ? '' : answer.text]).toEqual([201, '']);
  return answer;
};
const namesOf = async (path: string): Promise<(string | undefined)[]> => (await api.call('GET', path)).json.items.map(({ metadata }) => metadata?.name);
const pod = (name: string, more: object = {}, labels: object = {}): object => ({ metadata: { name, labels }, spec: { containers: [{ name: 'c', image: 'app:1' }], ...more } });

test.each([
  ['podtemplates', (name: string) => ({ metadata: { name, labels: { set: 'one' } }, template: { spec: { containers: [{ name: 'c', image: 'app:1' }] } } })],
  ['pods', (name: string) => pod(name, { terminationGracePeriodSeconds: 0 }, { set: 'one' })],
])('a set of %s is found by its label, and goes as a collection', async (resource, make) => {
  for (const name of ['a', 'b', 'c']) await create(`${own}/${resource}`, make(name));
  await create(`${own}/${resource}`, { ...make('other'), metadata: { name: 'other' } });
  expect(await namesOf(`${own}/${resource}?labelSelector=set%3Done`)).toEqual(['a', 'b', 'c']);
  expect((await api.call('DELETE', `${own}/${resource}?labelSelector=set%3Done`)).code).toBe(200);
  expect(await namesOf(`${own}/${resource}?labelSelector=set%3Done`)).toEqual([]);
  expect(await namesOf(`${own}/${resource}`)).toEqual(['other']);
});

test('leases are written, patched, listed, and deleted by label and alone', async () => {
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const time = '2026-01-01T00:00:00.000000Z';
  const spec = { holderIdentity: 'holder', leaseDurationSeconds: 30, acquireTime: time, renewTime: time, leaseTransitions: 0 };
  await create(path, { metadata: { name: 'one' }, spec });
  const { json: read } = await api.call('GET', `${path}/one`);
  expect(read['spec']).toEqual(spec);
  const changed = { holderIdentity: 'holder2', leaseDurationSeconds: 90, acquireTime: '2026-01-01T00:01:00.000000Z', renewTime: '2026-01-01T00:02:00.000000Z', leaseTransitions: 1 };
  await api.call('PUT', `${path}/one`, { body: { ...read, spec: changed } });
  expect((await api.call('GET', `${path}/one`)).json['spec']).toEqual(changed);
  await api.call('PATCH', `${path}/one`, { body: { spec: { leaseDurationSeconds: 60 } }, headers: { 'content-type': 'application/strategic-merge-patch+json' } });
  expect((await api.call('GET', `${path}/one`)).json['spec']).toEqual({ ...changed, leaseDurationSeconds: 60 });
  await create(path, { metadata: { name: 'two', labels: { deletecollection: 'true' } }, spec });
  expect(await namesOf(path)).toEqual(['one', 'two']);
  await api.call('DELETE', `${path}?labelSelector=deletecollection%3Dtrue`);
  expect(await namesOf(path)).toEqual(['one']);
  expect((await api.call('DELETE', `${path}/one`)).code).toBe(200);
  expect((await api.call('GET', `${path}/one`)).json).toMatchObject({ code: 404, reason: 'NotFound' });
});

describe.each(['configmaps', 'secrets'])('%s', (resource) => {
  const path = `${own}/${resource}`;
  const at = `${path}/frozen`;
  const data = (text: string): object => ({ data: { k: Buffer.from(text).toString('base64') } });
  const change = (body: object): Promise<HttpAnswer> => api.call('PATCH', at, { body, headers: merge });

  it('have no empty keys', async () => {
    const answer = await api.call('POST', path, { body: { metadata: { name: 'keyless' }, data: { '': 'dmFsdWU=' } } });
    expect([answer.code, answer.json['reason']]).toEqual([422, 'Invalid']);
    expect((await api.call('GET', `${path}/keyless`)).code).toBe(404);
  });

  it('that are immutable change in nothing but metadata, for good', async () => {
    await create(path, { metadata: { name: 'frozen' }, ...data('one') });
    expect((await change(data('two'))).code).toBe(200);
    expect((await change({ immutable: true })).code).toBe(200);
    expect((await change(data('three'))).json).toMatchObject({ code: 422, message: expect.stringContaining('field is immutable when `immutable` is set') });
    expect((await change({ immutable: false })).json).toMatchObject({ code: 422, message: expect.stringContaining('field is immutable when `immutable` is set') });
    expect((await change({ metadata: { labels: { still: 'labelled' } } })).code).toBe(200);
    expect((await api.call('GET', at)).json).toMatchObject({ immutable: true, metadata: { labels: { still: 'labelled' } }, ...data('two') });
    expect((await api.call('DELETE', at)).code).toBe(200);
    expect((await api.call('GET', at)).code).toBe(404);
  });
});

test('names of kernel parameters that are none are refused, others are not', async () => {
  const sysctls = ['foo-', 'kernel.shmmax', 'safe-and-unsafe', 'bar..'].map((name) => ({ name, value: '100' }));
  const { code, json } = await api.call('POST', `${own}/pods`, { body: pod('sysctls', { securityContext: { sysctls } }) });
  expect(code).toBe(422);
  const message = String(json['message']);
  expect(message).toContain('Invalid value: "foo-"');
  expect(message).toContain('Invalid value: "bar.."');
  expect(message).not.toContain('kernel.shmmax');
  expect(message).not.toContain('safe-and-unsafe');
});

test('pods with volumes of CSI drivers of their own are kept, patched, listed and deleted', async () => {
  const csi = { driver: 'inline.example.com', readOnly: true, volumeAttributes: { csi_attribute: 'value' } };
  const volumes = [{ name: 'inline', csi }];
  const containers = [{ name: 'c', image: 'app:1', volumeMounts: [{ name: 'inline', mountPath: '/mnt' }] }];
  await create(`${own}/pods`, pod('inline', { containers, volumes, automountServiceAccountToken: false, terminationGracePeriodSeconds: 0 }, { kind: 'inline' }));
  expect((await api.call('GET', `${own}/pods/inline`)).json).toMatchObject({ spec: { volumes: [{ name: 'inline', csi }] } });
  expect((await api.call('PATCH', `${own}/pods/inline`, { body: { metadata: { labels: { patched: 'yes' } } }, headers: merge })).code).toBe(200);
  expect(await namesOf('/api/v1/pods?labelSelector=patched%3Dyes%2Ckind%3Dinline')).toEqual(['inline']);
  expect((await api.call('DELETE', `${own}/pods/inline`)).code).toBe(200);
  expect((await api.call('GET', `${own}/pods/inline`)).code).toBe(404);
});

describe('RuntimeClass', () => {
  const path = '/apis/node.k8s.io/v1/runtimeclasses';

  it('that is not there, or not any more, keeps pods from being made', async () => {
    const refused = (name: string) => ({ code: 403, reason: 'Forbidden', message: `pods "with-${name}" is forbidden: pod rejected: RuntimeClass "${name}" not found` });
    const ask = async (name: string): Promise<unknown> => (await api.call('POST', `${own}/pods`, { body: pod(`with-${name}`, { runtimeClassName: name }) })).json;
    expect(await ask('unknown')).toMatchObject(refused('unknown'));
    await create(path, { metadata: { name: 'short' }, handler: 'docker' });
    await create(`${own}/pods`, pod('early', { runtimeClassName: 'short' }));
    expect((await api.call('DELETE', `${path}/short`)).code).toBe(200);
    expect(await ask('short')).toMatchObject(refused('short'));
  });

  it('is found by discovery of its group', async () => {
    const groups = (await api.call('GET', '/apis')).json['groups'] as { name: string; versions: { groupVersion: string }[] }[];
    expect(groups.find(({ name }) => name === 'node.k8s.io')?.versions.map(({ groupVersion }) => groupVersion)).toContain('node.k8s.io/v1');
    expect((await api.call('GET', '/apis/node.k8s.io')).json).toMatchObject({ kind: 'APIGroup', versions: [{ groupVersion: 'node.k8s.io/v1', version: 'v1' }] });
  });
});
