/** What conformance of Kubernetes 1.36 demands of AdmissionWebhook, beside what webhooks.integration.spec.ts shows. */
import type { CustomResourceDefinition } from '@typernetes/api';
import { definitionOf, definitionsPath, eventually, install } from '../../custom-kinds/testing/definitions';
import { startTestApi, type HttpAnswer, type TestApi } from '../../testing/start-test-api';
import { isKnown, map, mapRule, maps, patch, registration, startHooks, type Hooks } from './testing/hooks';

jest.setTimeout(120_000);

let api: TestApi;
let hooks: Hooks;
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
const pods = '/api/v1/namespaces/default/pods';
const pod = (name: string): object => ({ metadata: { name }, spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } });
const kinds = ['mutating', 'validating'] as const;
const configurations = (kind: (typeof kinds)[number]): string => `${registration}/${kind}webhookconfigurations`;
/** About custom kinds of example.com. */
const ruleOf = (resource: string): object => ({ operations: ['CREATE', 'UPDATE', 'DELETE'], apiGroups: ['example.com'], apiVersions: ['*'], resources: [resource] });
const custom = (version: string, plural: string, name = ''): string => `/apis/example.com/${version}/namespaces/default/${plural}${name && `/${name}`}`;
const denied = (answer: HttpAnswer): string => `${answer.code} ${answer.json['message'] as string}`;
let turn = 0;

/** Whether what is created now is seen by the webhook: its mark is there, or it is refused. */
async function isSeen(): Promise<boolean> {
  const { code, json } = await api.call('POST', maps, { body: map(`seen-${turn++}`) });
  return code !== 201 || (json['data'] as { mark?: string } | undefined)?.mark !== undefined;
}

beforeAll(async () => {
  [api, hooks] = await Promise.all([startTestApi(), startHooks()]);
  hooks.answers.set('/deny', ({ request }) => ({ allowed: false, status: { message: `no ${request.operation}`, code: 403, reason: 'Forbidden' } }));
  hooks.answers.set('/mark', ({ request }) => patch({ op: 'add', path: '/data', value: { ...request.object?.data, mark: 'yes' } }));
});
afterAll(async () => {
  await api.stop();
  await hooks.stop();
});

it('the kinds of configurations are found in the discovery documents', async () => {
  expect((await api.call('GET', '/apis')).json['groups']).toContainEqual(expect.objectContaining({ name: 'admissionregistration.k8s.io', versions: expect.arrayContaining([{ groupVersion: 'admissionregistration.k8s.io/v1', version: 'v1' }]) }));
  expect((await api.call('GET', '/apis/admissionregistration.k8s.io')).json['versions']).toContainEqual({ groupVersion: 'admissionregistration.k8s.io/v1', version: 'v1' });
  expect(((await api.call('GET', registration)).json['resources'] as { name: string }[]).map(({ name }) => name)).toEqual(expect.arrayContaining(['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']));
});

it.each(kinds)('ten %s configurations are listed, act, and are deleted as a collection', async (kind) => {
  const path = configurations(kind);
  const webhook = hooks.hook(kind === 'mutating' ? '/mark' : '/deny');
  await Promise.all(Array.from({ length: 10 }, (_, i) => api.call('POST', path, { body: { metadata: { name: `listed-${i}`, labels: { e2e: 'listed' } }, webhooks: [webhook] } })));
  const { items, metadata } = (await api.call('GET', `${path}?labelSelector=e2e%3Dlisted`)).json;
  expect(items).toHaveLength(10);
  await isKnown(api, path, metadata.resourceVersion);
  expect(await isSeen()).toBe(true);
  expect((await api.call('DELETE', `${path}?labelSelector=e2e%3Dlisted`)).code).toBe(200);
  expect((await api.call('GET', `${path}?labelSelector=e2e%3Dlisted`)).json.items).toEqual([]);
  await eventually('nobody is asked', async () => !(await isSeen()));
});

it.each(kinds)('a %s configuration is updated and patched, and acts as it then says', async (kind) => {
  const path = configurations(kind);
  const webhook = hooks.hook(kind === 'mutating' ? '/mark' : '/deny');
  const { json } = await api.call('POST', path, { body: { metadata: { name: 'changing' }, webhooks: [webhook] } });
  const updated = await api.call('PUT', `${path}/changing`, { body: { ...json, webhooks: [{ ...webhook, rules: [{ ...mapRule, operations: ['UPDATE'] }] }] } });
  expect(updated.code).toBe(200);
  await isKnown(api, path, updated.json.metadata?.resourceVersion);
  expect(await isSeen()).toBe(false);
  const patched = await api.call('PATCH', `${path}/changing`, { body: [{ op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] }], headers: { 'content-type': 'application/json-patch+json' } });
  expect(patched.code).toBe(200);
  await isKnown(api, path, patched.json.metadata?.resourceVersion);
  expect(await isSeen()).toBe(true);
  await api.call('DELETE', `${path}/changing`);
  await eventually('nobody is asked', async () => !(await isSeen()));
});

it.each(kinds)('match conditions of a %s configuration are kept and updated', async (kind) => {
  const path = configurations(kind);
  const first = [{ name: 'expression-1', expression: "object.metadata.namespace == 'production'" }];
  const second = [...first, { name: 'expression-2', expression: "object.metadata.namespace == 'staging'" }];
  const never = { objectSelector: { matchLabels: { never: 'there' } } };
  const { code, json } = await api.call('POST', path, { body: { metadata: { name: 'conditional' }, webhooks: [hooks.hook('/deny', { ...never, matchConditions: first })] } });
  const conditions = async (): Promise<unknown> => ((await api.call('GET', `${path}/conditional`)).json['webhooks'] as { matchConditions: unknown }[])[0]?.matchConditions;
  expect([code, await conditions()]).toEqual([201, first]);
  const updated = await api.call('PUT', `${path}/conditional`, { body: { ...json, webhooks: [hooks.hook('/deny', { ...never, matchConditions: second })] } });
  expect([updated.code, await conditions()]).toEqual([200, second]);
  await api.call('DELETE', `${path}/conditional`);
});

it.each(kinds)('a %s configuration with a condition that is no expression is refused', async (kind) => {
  const webhooks = [hooks.hook('/deny', { matchConditions: [{ name: 'invalid-expression-1', expression: '... [] bad expression' }] })];
  const { code, json } = await api.call('POST', configurations(kind), { body: { metadata: { name: 'invalid' }, webhooks } });
  expect([code, json['message']]).toEqual([422, expect.stringContaining('compilation failed')]);
});

it('pods and config maps that do not comply are refused: created, updated, patched; a webhook that hangs refuses too', async () => {
  hooks.answers.set('/comply', ({ request }) => {
    const isBad = request.object?.data?.['webhook-e2e-test'] === 'webhook-disallow' || request.object?.metadata.name.startsWith('disallowed');
    return { allowed: !isBad, status: { message: 'the object contains unwanted data' } };
  });
  let release = (): void => {};
  const hanging = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  hooks.answers.set('/hang', ({ request }) => (request.object?.metadata.name === 'hanging' ? hanging : { allowed: true }));
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'exempted', labels: { exempt: 'yes' } } } });
  await api.call('POST', maps, { body: map('complies') });
  const selector = { namespaceSelector: { matchExpressions: [{ key: 'exempt', operator: 'DoesNotExist' }] } };
  const podRule = { ...mapRule, operations: ['CREATE'], resources: ['pods'] };
  await hooks.whileAsked(api, 'validating', [hooks.hook('/comply', { rules: [mapRule, podRule], ...selector }), hooks.hook('/hang', { rules: [podRule], timeoutSeconds: 1 })], async () => {
    const bad = { 'webhook-e2e-test': 'webhook-disallow' };
    const why = '400 admission webhook "comply.example.com" denied the request: the object contains unwanted data';
    expect((await api.call('POST', pods, { body: pod('allowed') })).code).toBe(201);
    expect(denied(await api.call('POST', pods, { body: pod('disallowed') }))).toBe(why);
    expect(denied(await api.call('POST', maps, { body: map('bad', bad) }))).toBe(why);
    const { json } = await api.call('GET', `${maps}/complies`);
    expect(denied(await api.call('PUT', `${maps}/complies`, { body: { ...json, data: bad } }))).toBe(why);
    expect(denied(await api.call('PATCH', `${maps}/complies`, { body: { data: bad }, ...merge }))).toBe(why);
    expect(denied(await api.call('POST', pods, { body: pod('hanging') }))).toMatch(/^500 .*failed calling webhook "hang\.example\.com".*(deadline exceeded|timeout)/);
    expect((await api.call('GET', `${pods}/hanging`)).code).toBe(404);
    expect((await api.call('POST', '/api/v1/namespaces/exempted/configmaps', { body: map('bad', bad) })).code).toBe(201);
  });
  release();
});

it('a webhook that can not be called and must be stops everything that it is about', async () => {
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'closed', labels: { fail: 'closed' } } } });
  const closed = { clientConfig: { service: { name: 'nobody', namespace: 'default', path: '/configmaps' } }, failurePolicy: 'Fail', namespaceSelector: { matchLabels: { fail: 'closed' } } };
  await hooks.whileAsked(api, 'validating', [hooks.hook('/closed', closed)], async () => {
    for (const body of [map('one'), map('two', { a: 'b' })]) expect(denied(await api.call('POST', '/api/v1/namespaces/closed/configmaps', { body }))).toMatch(/^500 Internal error occurred: failed calling webhook "closed\.example\.com"/);
    expect((await api.call('POST', maps, { body: map('elsewhere') })).code).toBe(201);
  });
});

it('a slow webhook is waited for as long as its configuration says', async () => {
  hooks.answers.set('/slow', () => new Promise((resolve) => void setTimeout(() => resolve({ allowed: true }), 2_500)));
  const rows: [timeoutSeconds: number | undefined, failurePolicy: string, outcome: RegExp][] = [
    [1, 'Fail', /^500 .*failed calling webhook "slow\.example\.com".*(deadline exceeded|timeout)/],
    [1, 'Ignore', /^201/],
    [10, 'Fail', /^201/],
    [undefined, 'Fail', /^201/],
  ];
  // Each in a namespace of its own, so that all four wait at the same time.
  const path = configurations('validating');
  const outcomes = await Promise.all(
    rows.map(async ([timeoutSeconds, failurePolicy], i) => {
      await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: `slow-${i}`, labels: { slow: String(i) } } } });
      const webhooks = [hooks.hook('/slow', { failurePolicy, namespaceSelector: { matchLabels: { slow: String(i) } }, ...(timeoutSeconds ? { timeoutSeconds } : {}) })];
      const { json } = await api.call('POST', path, { body: { metadata: { name: `slow-${i}`, labels: { e2e: 'slow' } }, webhooks } });
      expect((json['webhooks'] as { timeoutSeconds: number }[])[0]?.timeoutSeconds).toBe(timeoutSeconds ?? 10);
      await isKnown(api, path, json.metadata?.resourceVersion);
      return denied(await api.call('POST', `/api/v1/namespaces/slow-${i}/configmaps`, { body: map('waits') }));
    }),
  );
  await api.call('DELETE', `${path}?labelSelector=e2e%3Dslow`);
  for (const [i, [, , outcome]] of rows.entries()) expect(outcomes[i]).toMatch(outcome);
});

it('webhooks mutate a config map one after the other', async () => {
  hooks.answers.set('/stage-1', ({ request }) => (request.object?.data?.['mutation-start'] === 'yes' ? patch({ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }) : { allowed: true }));
  hooks.answers.set('/stage-2', ({ request }) => (request.object?.data?.['mutation-stage-1'] === 'yes' ? patch({ op: 'add', path: '/data/mutation-stage-2', value: 'yes' }) : { allowed: true }));
  await hooks.whileAsked(api, 'mutating', [hooks.hook('/stage-1'), hooks.hook('/stage-2')], async () => {
    expect((await api.call('POST', maps, { body: map('staged', { 'mutation-start': 'yes' }) })).json['data']).toEqual({ 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' });
  });
});

it('everything is mutated but what a match condition names', async () => {
  const matchConditions = [{ name: 'exclude-by-name', expression: "object.metadata.name != 'skip-me'" }];
  await hooks.whileAsked(api, 'mutating', [hooks.hook('/mark', { matchConditions })], async () => {
    expect((await api.call('POST', maps, { body: map('skip-me', { own: '1' }) })).json['data']).toEqual({ own: '1' });
    expect((await api.call('POST', maps, { body: map('mutate-me', { own: '1' }) })).json['data']).toEqual({ own: '1', mark: 'yes' });
  });
});

it('what a webhook adds to a pod gets its defaults', async () => {
  hooks.answers.set('/init', () => patch({ op: 'add', path: '/spec/initContainers', value: [{ name: 'webhook-added-init-container', image: 'webhook-added-image', resources: {} }] }));
  await hooks.whileAsked(api, 'mutating', [hooks.hook('/init', { rules: [{ ...mapRule, resources: ['pods'] }] })], async () => {
    const { json } = await api.call('POST', pods, { body: pod('with-init') });
    expect((json['spec'] as { initContainers: unknown }).initContainers).toMatchObject([{ name: 'webhook-added-init-container', image: 'webhook-added-image', terminationMessagePolicy: 'File', terminationMessagePath: '/dev/termination-log' }]);
  });
});

it('configurations of webhooks are neither mutated nor kept from going by webhooks', async () => {
  hooks.answers.set('/label', () => patch({ op: 'add', path: '/metadata/labels', value: { changed: 'yes' } }));
  const rules = [{ operations: ['*'], apiGroups: ['admissionregistration.k8s.io'], apiVersions: ['*'], resources: ['*'] }];
  await hooks.whileAsked(api, 'mutating', [hooks.hook('/label', { rules })], () =>
    hooks.whileAsked(api, 'validating', [hooks.hook('/deny', { rules })], async () => {
      for (const kind of kinds) {
        const created = await api.call('POST', configurations(kind), { body: { metadata: { name: 'free' }, webhooks: [hooks.hook('/deny', { rules: [{ ...mapRule, resources: ['invalid'] }] })] } });
        expect([created.code, created.json.metadata?.labels]).toEqual([201, undefined]);
        expect((await api.call('DELETE', `${configurations(kind)}/free`)).code).toBe(200);
      }
    }),
  );
});

it('the creation of a custom kind can be denied', async () => {
  const rules = [{ operations: ['CREATE'], apiGroups: ['apiextensions.k8s.io'], apiVersions: ['*'], resources: ['customresourcedefinitions'] }];
  await hooks.whileAsked(api, 'validating', [hooks.hook('/deny', { rules })], async () => {
    expect(denied(await api.call('POST', definitionsPath, { body: definitionOf('unwanteds') }))).toBe('403 admission webhook "deny.example.com" denied the request: no CREATE');
    expect((await api.call('GET', `${definitionsPath}/unwanteds.example.com`)).code).toBe(404);
  });
});

it('custom objects can be kept from being created, updated and deleted', async () => {
  await install(api, definitionOf('coats'));
  const coat = (name: string, size = 1): object => ({ apiVersion: 'example.com/v1', kind: 'Coat', metadata: { name }, spec: { size } });
  await api.call('POST', custom('v1', 'coats'), { body: coat('kept') });
  await hooks.whileAsked(api, 'validating', [hooks.hook('/deny', { rules: [ruleOf('coats')] })], async () => {
    const outcomes = [
      await api.call('POST', custom('v1', 'coats'), { body: coat('new') }),
      await api.call('PATCH', custom('v1', 'coats', 'kept'), { body: { spec: { size: 2 } }, ...merge }),
      await api.call('DELETE', custom('v1', 'coats', 'kept')),
    ];
    expect(outcomes.map(denied)).toEqual(['CREATE', 'UPDATE', 'DELETE'].map((what) => `403 admission webhook "deny.example.com" denied the request: no ${what}`));
  });
  expect((await api.call('GET', custom('v1', 'coats', 'kept'))).json['spec']).toEqual({ size: 1 });
  expect((await api.call('DELETE', custom('v1', 'coats', 'kept'))).code).toBe(200);
});

it('what a webhook adds to a custom object is pruned as its schema says', async () => {
  const data = { type: 'object', properties: Object.fromEntries(['mutation-start', 'mutation-stage-1'].map((name) => [name, { type: 'string' }])) };
  await install(api, definitionOf('pruneds', { versions: [{ schemaOf: { type: 'object', properties: { data } } }] }));
  hooks.answers.set('/stage-1', () => patch({ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }));
  hooks.answers.set('/stage-2', () => patch({ op: 'add', path: '/data/mutation-stage-2', value: 'yes' }));
  await hooks.whileAsked(api, 'mutating', ['/stage-1', '/stage-2'].map((path) => hooks.hook(path, { rules: [ruleOf('pruneds')] })), async () => {
    const body = { apiVersion: 'example.com/v1', kind: 'Pruned', metadata: { name: 'p' }, data: { 'mutation-start': 'yes' } };
    expect((await api.call('POST', custom('v1', 'pruneds'), { body })).json['data']).toEqual({ 'mutation-start': 'yes', 'mutation-stage-1': 'yes' });
  });
});

it('custom objects are mutated also after their stored version has changed', async () => {
  await install(api, definitionOf('moveds', { versions: [{}, {}] }));
  hooks.answers.set('/mark-spec', () => patch({ op: 'add', path: '/spec/mark', value: 'yes' }));
  await hooks.whileAsked(api, 'mutating', [hooks.hook('/mark-spec', { rules: [ruleOf('moveds')] })], async () => {
    const body = { apiVersion: 'example.com/v1', kind: 'Moved', metadata: { name: 'm' }, spec: { start: 'yes' } };
    expect((await api.call('POST', custom('v1', 'moveds'), { body })).json['spec']).toEqual({ start: 'yes', mark: 'yes' });
    const { spec } = (await api.call('GET', `${definitionsPath}/moveds.example.com`)).json as unknown as CustomResourceDefinition;
    const versions = spec.versions.map((version) => ({ ...version, storage: version.name === 'v2' }));
    expect((await api.call('PATCH', `${definitionsPath}/moveds.example.com`, { body: { spec: { versions } }, ...merge })).code).toBe(200);
    await api.running.customKindsServed();
    const patched = await api.call('PATCH', custom('v1', 'moveds', 'm'), { body: { spec: { other: 'too', mark: null } }, ...merge });
    expect([patched.code, patched.json['spec']]).toEqual([200, { start: 'yes', other: 'too', mark: 'yes' }]);
    expect((await api.call('GET', custom('v2', 'moveds', 'm'))).json).toMatchObject({ apiVersion: 'example.com/v2', spec: { other: 'too', mark: 'yes' } });
  });
});
