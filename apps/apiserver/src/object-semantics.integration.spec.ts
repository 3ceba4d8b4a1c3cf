import { systemRandom } from '@typernetes/machinery';
import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

/** Names that are generated, options of deletes, dry runs, forms of answers. */
let api: TestApi;
let isStuck = false;
beforeAll(async () => {
  api = await startTestApi({ random: { ...systemRandom, next: () => (isStuck ? 0.5 : systemRandom.next()) } });
}, 60_000);
afterAll(() => api.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> => api.call(method, path, { ...(body === undefined ? {} : { body }), headers });
const create = (name: string, rest: object = {}): Promise<HttpAnswer> => call('POST', configMaps, { metadata: { name }, ...rest });
const pod = (name: string, spec: object = {}): object => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });

describe('generated names', () => {
  it('are drawn again while they are taken, and then the client may try again', async () => {
    isStuck = true;
    const body = { metadata: { generateName: 'stuck-' } };
    const first = await call('POST', configMaps, body);
    expect(first.code).toBe(201);
    const second = await call('POST', configMaps, body);
    isStuck = false;
    const name = first.json.metadata?.name;
    expect(second.json).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: `configmaps "${name}" already exists, the server was not able to generate a unique name for the object`,
      details: { retryAfterSeconds: 1 },
    });
    expect((await call('POST', configMaps, body)).code).toBe(201);
  });

  it('are all different', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => call('POST', configMaps, { metadata: { generateName: 'many-' } })));
    expect(new Set(answers.map(({ code, json }) => `${code} ${json.metadata?.name}`)).size).toBe(40);
  });

  it('are shortened so that the suffix fits', async () => {
    const { json } = await call('POST', configMaps, { metadata: { generateName: `${'x'.repeat(70)}` } });
    expect(json.metadata?.name).toMatch(/^x{58}[a-z0-9]{5}$/);
  });
});

describe('deletes', () => {
  it.each<[name: string, body: unknown, query: string, expected: object]>([
    ['both policies', { propagationPolicy: 'Orphan', orphanDependents: true }, '', { code: 422, message: 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set' }],
    ['an unknown policy', undefined, '?propagationPolicy=Never', { code: 422, message: expect.stringContaining('Unsupported value: "Never": supported values: "Foreground", "Background", "Orphan", "nil"') }],
    ['a wrong type', { gracePeriodSeconds: 'x' }, '', { code: 400, reason: 'BadRequest' }],
    ['a list of options', [], '', { code: 400 }],
    ['another kind', { kind: 'Pod', apiVersion: 'v1' }, '', { code: 400 }],
    ['broken JSON', '{', '', { code: 400 }],
    ['preconditions of a wrong type', { preconditions: 5 }, '', { code: 400 }],
    ['another uid', { preconditions: { uid: 'x' } }, '', { code: 409, reason: 'Conflict' }],
    ['another version', { preconditions: { resourceVersion: '1' } }, '', { code: 409, reason: 'Conflict' }],
  ])('are refused with %s', async (_name, body, query, expected) => {
    await create('victim');
    expect((await call('DELETE', `${configMaps}/victim${query}`, body)).json).toMatchObject(expected);
    expect((await call('GET', `${configMaps}/victim`)).code).toBe(200);
  });

  it.each([
    ['orphanDependents=true', ['orphan']],
    ['orphanDependents=false', undefined],
    ['propagationPolicy=Foreground', ['foregroundDeletion']],
    ['propagationPolicy=Orphan', ['orphan']],
  ])('with ?%s', async (query, finalizers) => {
    const name = `policy-${query.replace(/\W/g, '-').toLowerCase()}`;
    await create(name);
    await call('DELETE', `${configMaps}/${name}?${query}`);
    const { code, json } = await call('GET', `${configMaps}/${name}`);
    expect([code, finalizers ? json.metadata?.finalizers : undefined]).toEqual([finalizers ? 200 : 404, finalizers]);
  });

  it('with preconditions that hold', async () => {
    const { json } = await create('held');
    const { uid, resourceVersion } = json.metadata ?? {};
    expect((await call('DELETE', `${configMaps}/held`, { preconditions: { uid, resourceVersion } })).json).toMatchObject({ status: 'Success', details: { name: 'held', kind: 'configmaps', uid } });
  });

  it('of a pod with a negative period: one second', async () => {
    await call('POST', pods, pod('negative'));
    await call('POST', `${pods}/negative/binding`, { metadata: { name: 'negative' }, target: { kind: 'Node', name: 'n1' } });
    expect((await call('DELETE', `${pods}/negative?gracePeriodSeconds=-1`)).json.metadata).toMatchObject({ deletionGracePeriodSeconds: 1 });
  });
});

describe('dry runs', () => {
  const isUnchanged = async (path: string, act: () => Promise<HttpAnswer>, code: number): Promise<void> => {
    const before = await call('GET', path);
    expect((await act()).code).toBe(code);
    expect((await call('GET', path)).json).toEqual(before.json);
  };

  it('change nothing, whatever is asked', async () => {
    await create('dry', { data: { a: '1' } });
    await call('POST', pods, pod('dry'));
    const dry = 'dryRun=All';
    const merge = { 'content-type': 'application/merge-patch+json' };
    await isUnchanged(`${configMaps}/dry`, () => call('PATCH', `${configMaps}/dry?${dry}`, { data: { a: '2' } }, merge), 200);
    await isUnchanged(`${configMaps}/dry`, () => call('PUT', `${configMaps}/dry?${dry}`, { metadata: { name: 'dry' }, data: { a: '3' } }), 200);
    await isUnchanged(`${configMaps}/dry`, () => call('DELETE', `${configMaps}/dry?${dry}`), 200);
    await isUnchanged(`${configMaps}/dry`, () => call('DELETE', `${configMaps}/dry`, { dryRun: ['All'] }), 200);
    await isUnchanged(configMaps, () => call('DELETE', `${configMaps}?${dry}`), 200);
    await isUnchanged(configMaps, () => call('POST', `${configMaps}?${dry}`, { metadata: { name: 'never' } }), 201);
    await isUnchanged(`${pods}/dry`, () => call('PATCH', `${pods}/dry/status?${dry}`, { status: { phase: 'Running' } }, merge), 200);
    await isUnchanged(`${pods}/dry`, () => call('POST', `${pods}/dry/binding?${dry}`, { metadata: { name: 'dry' }, target: { kind: 'Node', name: 'n1' } }), 201);
    await isUnchanged(`${pods}/dry`, () => call('POST', `${pods}/dry/eviction?${dry}`, { metadata: { name: 'dry' } }), 201);
  });
});

describe('answers', () => {
  it('tell warnings beside an error', async () => {
    const answer = await call('POST', configMaps, { metadata: { name: 'Bad_Name' }, nope: 1 });
    expect([answer.code, answer.headers['warning']]).toEqual([422, '299 - "unknown field \\"nope\\""']);
  });

  it.each([
    ['pretty=true', {}, true],
    ['pretty=false', { 'user-agent': 'curl/8' }, false],
    ['', { 'user-agent': 'curl/8' }, true],
    ['', { 'user-agent': 'kubectl/v1.35' }, false],
  ])('are indented with ?%s and %j: %s', async (query, headers, isPretty) => {
    await create('pretty');
    expect((await call('GET', `${configMaps}/pretty?${query}`, undefined, headers)).text.startsWith('{\n  "kind"')).toBe(isPretty);
  });

  it('hold quantities in their canonical form', async () => {
    const { json } = await call('POST', pods, pod('quantities', { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '0.5', memory: '1024Mi' }, requests: { cpu: '100m', memory: '1000k' } } }] }));
    expect(json['spec']).toMatchObject({ containers: [{ resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '100m', memory: '1M' } } }] });
  });

  it('are compressed from 128 KiB on', async () => {
    await create('small', { data: { a: 'x'.repeat(120 * 1024) } });
    await create('large', { data: { a: 'x'.repeat(130 * 1024) } });
    const encoding = async (name: string): Promise<unknown> => (await call('GET', `${configMaps}/${name}`, undefined, { 'accept-encoding': 'gzip' })).headers['content-encoding'];
    expect([await encoding('small'), await encoding('large')]).toEqual([undefined, 'gzip']);
  });
});

it.each(['/healthz', '/livez', '/readyz', '/livez/ping', '/readyz/informer-sync', '/healthz?verbose', '/readyz?exclude=etcd'])('%s', async (path) => {
  const answer = await call('GET', path);
  expect([answer.code, answer.text]).toEqual([200, expect.stringMatching(/^ok$|check passed\n$/)]);
});

it('the version of the server can be found', async () => {
  expect((await api.call('GET', '/version', { anonymous: true })).json).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\.\d/), platform: expect.stringContaining('/') });
});
