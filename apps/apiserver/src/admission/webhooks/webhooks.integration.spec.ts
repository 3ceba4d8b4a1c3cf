import { definitionOf, install } from '../../custom-kinds/testing/definitions';
import { startTestApi, type TestApi } from '../../testing/start-test-api';
import { map, mapRule as rule, maps, patch, registration as group, startHooks, type Hooks } from './testing/hooks';

jest.setTimeout(120_000);

let api: TestApi;
let hooks: Hooks;
const hook: Hooks['hook'] = (path, more) => hooks.hook(path, more);
const withHooks = (kind: 'mutating' | 'validating', list: object[], test: () => Promise<void>): Promise<void> => hooks.whileAsked(api, kind, list, test);

beforeAll(async () => {
  [api, hooks] = await Promise.all([startTestApi(), startHooks()]);
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'hooked', labels: { hooks: 'on' } } } });
});
afterAll(async () => {
  await api.stop();
  await hooks.stop();
});
beforeEach(() => {
  hooks.asked.length = 0;
});

it('a mutating webhook changes what is stored, after defaults and before validation', async () => {
  hooks.answers.set('/add', ({ request }) => patch({ op: 'add', path: '/data/added', value: request.userInfo.username }));
  await withHooks('mutating', [hook('/add')], async () => {
    const { code, json } = await api.call('POST', maps, { body: map('mutated', { own: '1' }) });
    expect([code, json['data']]).toEqual([201, { own: '1', added: expect.any(String) }]);
    expect(hooks.asked[0]).toMatchObject({ operation: 'CREATE', name: 'mutated', namespace: 'default', dryRun: false, resource: { group: '', version: 'v1', resource: 'configmaps' }, oldObject: null });
    expect((await api.call('POST', `${maps}?dryRun=All`, { body: map('dry', { own: '1' }) })).json['data']).toMatchObject({ added: expect.any(String) });
    expect(hooks.asked.at(-1)?.dryRun).toBe(true);
  });
});

it('what a later one changes the earlier ones may see once more', async () => {
  hooks.answers.set('/first', ({ request }) => patch({ op: 'add', path: `/data/first${Object.keys(request.object?.data ?? {}).length}`, value: 'x' }));
  hooks.answers.set('/second', () => patch({ op: 'add', path: '/data/second', value: 'x' }));
  await withHooks('mutating', [hook('/first', { reinvocationPolicy: 'IfNeeded' }), hook('/second')], async () => {
    expect((await api.call('POST', maps, { body: map('twice', { own: '1' }) })).json['data']).toEqual({ own: '1', first1: 'x', second: 'x', first3: 'x' });
  });
});

it('what a webhook makes of an object is validated', async () => {
  hooks.answers.set('/spoil', () => patch({ op: 'add', path: '/data/not a key', value: 'x' }));
  await withHooks('mutating', [hook('/spoil')], async () => {
    const { code, json } = await api.call('POST', maps, { body: map('spoilt', { own: '1' }) });
    expect([code, json['message']]).toEqual([422, expect.stringContaining('data[not a key]: Invalid value: "not a key"')]);
  });
});

it('a validating webhook refuses creates, updates and deletes, with its reason, code and warnings', async () => {
  await api.call('POST', maps, { body: map('kept') });
  hooks.answers.set('/deny', ({ request }) => ({ allowed: request.object?.data?.['good'] === 'yes', status: { message: `no ${request.operation}`, code: 403, reason: 'Forbidden' }, warnings: ['be careful'] }));
  await withHooks('validating', [hook('/deny', { rules: [{ ...rule, operations: ['*'] }] })], async () => {
    const refused = await api.call('POST', maps, { body: map('bad') });
    expect([refused.code, refused.json['message'], refused.json['reason']]).toEqual([403, 'admission webhook "deny.example.com" denied the request: no CREATE', 'Forbidden']);
    const allowed = await api.call('POST', maps, { body: map('good', { good: 'yes' }) });
    expect([allowed.code, allowed.headers['warning']]).toEqual([201, '299 - "be careful"']);
    expect((await api.call('PATCH', `${maps}/kept`, { body: { data: { a: 'b' } }, headers: { 'content-type': 'application/merge-patch+json' } })).json['message']).toContain('no UPDATE');
    expect((await api.call('DELETE', `${maps}/kept`)).json['message']).toContain('no DELETE');
    expect((await api.call('GET', `${maps}/kept`)).code).toBe(200);
  });
});

it('a webhook that fails stops the write, or does not, as it was said', async () => {
  hooks.answers.set('/broken', () => undefined);
  const gone = { clientConfig: { service: { name: 'nobody', namespace: 'default' }, caBundle: hooks.caBundle } };
  await withHooks('validating', [hook('/broken', { timeoutSeconds: 2 })], async () => {
    const { code, json } = await api.call('POST', maps, { body: map('never') });
    expect([code, json['message']]).toEqual([500, `Internal error occurred: failed calling webhook "broken.example.com": failed to call webhook: Post "https://127.0.0.1:${hooks.port}/broken?timeout=2s": the server answered 500`]);
  });
  await withHooks('validating', [hook('/broken', { failurePolicy: 'Ignore' })], async () => {
    expect((await api.call('POST', maps, { body: map('anyhow') })).code).toBe(201);
  });
  await withHooks('validating', [hook('/broken', gone)], async () => {
    expect((await api.call('POST', maps, { body: map('never') })).json['message']).toContain('Post "https://nobody.default.svc:443/?timeout=10s": service "nobody" not found');
  });
});

it('selectors and conditions decide who is asked', async () => {
  hooks.answers.set('/deny', () => ({ allowed: false }));
  const conditions = [{ name: 'not-ours', expression: 'request.userInfo.username != "" && has(object.data) && object.data.secret == "yes"' }];
  await withHooks('validating', [hook('/deny', { matchConditions: conditions, namespaceSelector: { matchLabels: { hooks: 'on' } } })], async () => {
    const hooked = maps.replace('default', 'hooked');
    expect((await api.call('POST', hooked, { body: map('plain', { secret: 'no' }) })).code).toBe(201);
    expect((await api.call('POST', maps, { body: map('elsewhere', { secret: 'yes' }) })).code).toBe(201);
    const refused = await api.call('POST', hooked, { body: map('hidden', { secret: 'yes' }) });
    expect([refused.code, refused.json['message']]).toEqual([400, 'admission webhook "deny.example.com" denied the request without explanation']);
    expect((await api.call('POST', hooked, { body: { metadata: { name: 'vague' } } })).code).toBe(201);
    // What a condition can not say counts as a failure of the webhook.
    expect((await api.call('POST', hooked, { body: map('vague-too') })).json['message']).toContain('failed evaluating match conditions: no such key: secret');
  });
});

it('custom objects are asked about like others', async () => {
  await install(api, definitionOf('hats'));
  hooks.answers.set('/hat', () => patch({ op: 'add', path: '/spec/checked', value: true }));
  const rules = [{ operations: ['CREATE'], apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['hats'], scope: 'Namespaced' }];
  await withHooks('mutating', [hook('/hat', { rules })], async () => {
    const { code, json } = await api.call('POST', '/apis/example.com/v1/namespaces/default/hats', { body: { apiVersion: 'example.com/v1', kind: 'Hat', metadata: { name: 'h' }, spec: { size: 1 } } });
    expect([code, json['spec']]).toEqual([201, { size: 1, checked: true }]);
  });
});

it.each<[string, object, string]>([
  ['no address', { clientConfig: {} }, 'webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ['plain http', { clientConfig: { url: 'http://127.0.0.1/x' } }, "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host/path"],
  ['a short name', { name: 'deny' }, 'webhooks[0].name: Invalid value: "deny": should be a domain with at least three segments separated by dots'],
  ['side effects', { sideEffects: 'Some' }, 'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
  ['patience', { timeoutSeconds: 31 }, 'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
  ['a condition that is none', { matchConditions: [{ name: 'c', expression: 'object.' }] }, 'webhooks[0].matchConditions[0].expression: Invalid value: "object.": compilation failed: ERROR: <input>:1:8: Syntax error'],
  ['a rule without resources', { rules: [{ ...rule, resources: [] }] }, 'webhooks[0].rules[0].resources: Required value'],
])('a configuration is refused for %s', async (_name, change, text) => {
  const { code, json } = await api.call('POST', `${group}/validatingwebhookconfigurations`, { body: { metadata: { name: 'wrong' }, webhooks: [{ ...hook('/deny'), ...change }] } });
  expect([code, json['message']]).toEqual([422, expect.stringContaining(text)]);
});

it('kubectl lists them', async () => {
  await withHooks('mutating', [hook('/add')], async () => {
    expect((await api.kubectl(['get', 'mutatingwebhookconfigurations'])).stdout).toMatch(/^NAME +WEBHOOKS +AGE\ntest +1 +\S+\n$/);
  });
});

it('a webhook sees what earlier ones made of the object, also its labels', async () => {
  hooks.answers.set('/label', () => patch({ op: 'add', path: '/metadata/labels', value: { sidecar: 'yes' } }));
  hooks.answers.set('/inject', () => patch({ op: 'add', path: '/data/injected', value: 'x' }));
  await withHooks('mutating', [hook('/label'), hook('/inject', { objectSelector: { matchLabels: { sidecar: 'yes' } } })], async () => {
    expect((await api.call('POST', maps, { body: map('chained', { own: '1' }) })).json['data']).toEqual({ own: '1', injected: 'x' });
  });
});

it('fields of an answer may be null', async () => {
  hooks.answers.set('/nulls', () => ({ allowed: true, status: null, patch: null, patchType: null, warnings: null }));
  await withHooks('validating', [hook('/nulls')], async () => {
    const { code, json } = await api.call('POST', maps, { body: map('nulls') });
    expect([code, json['message']]).toEqual([201, undefined]);
  });
});

it('streams and proxies of pods can be denied', async () => {
  hooks.answers.set('/deny', () => ({ allowed: false, status: { message: 'no attach' } }));
  const pods = '/api/v1/namespaces/default/pods';
  await api.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  expect((await api.call('POST', pods, { body: { metadata: { name: 'p' }, spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } } })).code).toBe(201);
  const rules = [{ operations: ['CONNECT'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/attach', 'pods/proxy'] }];
  await withHooks('validating', [hook('/deny', { rules })], async () => {
    const message = 'admission webhook "deny.example.com" denied the request: no attach';
    expect((await api.kubectl(['attach', 'p'])).stderr).toContain(message);
    expect((await api.call('GET', `${pods}/p/proxy/`)).json['message']).toBe(message);
  });
});

it('mutating webhooks have no say about configurations of webhooks', async () => {
  hooks.answers.set('/own', () => patch({ op: 'add', path: '/metadata/labels', value: { changed: 'yes' } }));
  const rules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }];
  await withHooks('mutating', [hook('/own', { rules })], async () => {
    const path = `${group}/validatingwebhookconfigurations`;
    const { code, json } = await api.call('POST', path, { body: { metadata: { name: 'free' }, webhooks: [] } });
    expect([code, json.metadata?.labels]).toEqual([201, undefined]);
    expect((await api.call('DELETE', `${path}/free`)).code).toBe(200);
  });
});
