import { definitionOf, eventually, install } from '../../custom-kinds/testing/definitions';
import { startTestApi, type TestApi } from '../../testing/start-test-api';

jest.setTimeout(120_000);

let api: TestApi;
const group = '/apis/admissionregistration.k8s.io/v1';
const policies = `${group}/validatingadmissionpolicies`;
const bindings = `${group}/validatingadmissionpolicybindings`;
const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: Record<string, string> = {}): object => ({ metadata: { name }, data });
const rule = { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
const matchConstraints = { resourceRules: [rule] };

beforeAll(async () => {
  api = await startTestApi();
  await install(api, definitionOf('limits'));
});
afterAll(() => api.stop());

/** With a policy in force while `test` runs; a marked object tells when the server knows it. */
async function withPolicy(spec: object, binding: object, test: () => Promise<void>): Promise<void> {
  const created = await api.call('POST', policies, { body: { metadata: { name: 'p' }, spec: { matchConstraints, ...spec } } });
  expect([created.code, created.json['message']]).toEqual([201, undefined]);
  const bound = await api.call('POST', bindings, { body: { metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'], ...binding } } });
  expect([bound.code, bound.json['message']]).toEqual([201, undefined]);
  const known = `resourceVersion=${bound.json.metadata?.resourceVersion}&resourceVersionMatch=NotOlderThan`;
  for (const path of [policies, bindings]) expect((await api.call('GET', `${path}?${known}`)).code).toBe(200);
  try {
    await test();
  } finally {
    for (const path of [`${bindings}/b`, `${policies}/p`]) expect((await api.call('DELETE', path)).code).toBe(200);
    for (const path of [bindings, policies]) await eventually('it is forgotten', async () => (await api.call('GET', `${path}?resourceVersion=0`)).json['items']?.toString() === '');
  }
}

it('refuses what breaks a rule, in upstream\'s words', async () => {
  await withPolicy({ validations: [{ expression: 'size(object.data) <= 1' }] }, {}, async () => {
    expect((await api.call('POST', maps, { body: map('one', { a: '1' }) })).code).toBe(201);
    const { code, json } = await api.call('POST', maps, { body: map('two', { a: '1', b: '2' }) });
    expect([code, json['reason'], json['message']]).toEqual([
      422,
      'Invalid',
      `configmaps "two" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: size(object.data) <= 1`,
    ]);
  });
});

it('judges deployments, by expressions and by variables that they refer to', async () => {
  const onDeployments = { matchConstraints: { resourceRules: [{ ...rule, apiGroups: ['apps'], resources: ['deployments'] }] } };
  const create = (name: string, replicas: number): ReturnType<TestApi['call']> =>
    api.call('POST', '/apis/apps/v1/namespaces/default/deployments', { body: { metadata: { name }, spec: { replicas, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } } });
  await withPolicy({ ...onDeployments, validations: [{ expression: 'object.spec.replicas > 1', messageExpression: "'wants at least two replicas, got ' + string(object.spec.replicas)" }] }, {}, async () => {
    expect((await create('replicated', 2)).code).toBe(201);
    expect((await create('alone', 1)).json).toMatchObject({ code: 422, message: expect.stringContaining('denied request: wants at least two replicas, got 1') as string });
  });
  const variables = [{ name: 'replicas', expression: 'object.spec.replicas' }, { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' }];
  await withPolicy({ ...onDeployments, variables, validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas' }] }, {}, async () => {
    expect((await create('odd', 3)).code).toBe(201);
    expect((await create('one', 1)).json['message']).toContain('failed expression: variables.replicas > 1');
    expect((await create('even', 4)).json['message']).toContain('failed expression: variables.oddReplicas');
  });
});

it('has messages, reasons, variables and what was before', async () => {
  const spec = {
    variables: [{ name: 'color', expression: "'color' in object.data ? object.data.color : 'none'" }, { name: 'isRed', expression: "variables.color == 'red'" }],
    validations: [{ expression: 'variables.isRed || oldObject == null', messageExpression: "'no ' + variables.color + ' for ' + request.name", reason: 'Forbidden' }],
  };
  await withPolicy(spec, {}, async () => {
    expect((await api.call('POST', maps, { body: map('painted', { color: 'green' }) })).code).toBe(201);
    const { code, json } = await api.call('PATCH', `${maps}/painted`, { body: { data: { color: 'blue' } }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect([code, json['reason'], json['message']]).toEqual([403, 'Forbidden', expect.stringContaining('denied request: no blue for painted')]);
    expect((await api.call('PATCH', `${maps}/painted`, { body: { data: { color: 'red' } }, headers: { 'content-type': 'application/merge-patch+json' } })).code).toBe(200);
  });
});

it('takes parameters from objects of any kind', async () => {
  await api.call('POST', '/apis/example.com/v1/namespaces/default/limits', { body: { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'strict' }, spec: { max: 2 } } });
  const spec = { paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' }, validations: [{ expression: 'size(object.data) <= params.spec.max', messageExpression: "'at most ' + string(params.spec.max)" }] };
  await withPolicy(spec, { paramRef: { name: 'strict', namespace: 'default', parameterNotFoundAction: 'Deny' } }, async () => {
    expect((await api.call('POST', maps, { body: map('few', { a: '', b: '' }) })).code).toBe(201);
    expect((await api.call('POST', maps, { body: map('many', { a: '', b: '', c: '' }) })).json['message']).toContain('denied request: at most 2');
  });
  await withPolicy(spec, { paramRef: { name: 'missing', namespace: 'default', parameterNotFoundAction: 'Deny' } }, async () => {
    expect((await api.call('POST', maps, { body: map('unknown') })).json['message']).toContain('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction');
  });
  await withPolicy(spec, { paramRef: { name: 'missing', namespace: 'default', parameterNotFoundAction: 'Allow' } }, async () => {
    expect((await api.call('POST', maps, { body: map('let-through', { a: '', b: '', c: '' }) })).code).toBe(201);
  });
});

it('warns instead, where that is asked for', async () => {
  await withPolicy({ validations: [{ expression: 'false', message: 'never' }] }, { validationActions: ['Warn', 'Audit'] }, async () => {
    const { code, headers } = await api.call('POST', maps, { body: map('warned') });
    expect([code, headers['warning']]).toEqual([201, `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': never"`]);
  });
});

it('is asked about what it matches alone', async () => {
  const validations = [{ expression: 'false' }];
  await withPolicy({ validations, matchConditions: [{ name: 'c', expression: "request.name != 'free'" }] }, {}, async () => {
    expect((await api.call('POST', maps, { body: map('free') })).code).toBe(201);
    expect((await api.call('POST', maps, { body: map('bound') })).code).toBe(422);
  });
  await withPolicy({ validations, matchConstraints: { resourceRules: [rule], excludeResourceRules: [{ ...rule, resourceNames: ['excluded'] }] } }, {}, async () => {
    expect((await api.call('POST', maps, { body: map('excluded') })).code).toBe(201);
    expect((await api.call('POST', maps, { body: map('bound') })).code).toBe(422);
  });
  await withPolicy({ validations }, { matchResources: { objectSelector: { matchLabels: { a: 'b' } } } }, async () => {
    expect((await api.call('POST', maps, { body: map('unlabelled') })).code).toBe(201);
  });
});

it('fails or passes over what it can not say', async () => {
  const validations = [{ expression: 'object.nothing == 1' }];
  await withPolicy({ validations }, {}, async () => {
    expect((await api.call('POST', maps, { body: map('unsaid') })).json['message']).toContain("denied request: expression 'object.nothing == 1' resulted in error: no such key: nothing");
  });
  await withPolicy({ validations, failurePolicy: 'Ignore' }, {}, async () => {
    expect((await api.call('POST', maps, { body: map('unsaid') })).code).toBe(201);
  });
});

it.each<[string, object, string]>([
  ['no rules', { matchConstraints: {} , validations: [{ expression: 'true' }] }, 'spec.matchConstraints.resourceRules: Required value'],
  ['no validations', {}, 'spec.validations: Required value: validations or auditAnnotations must contain at least one item'],
  ['no expression', { validations: [{ expression: 'object.' }] }, 'spec.validations[0].expression: Invalid value: "object.": compilation failed: ERROR: <input>:1:8: Syntax error'],
  ['an unknown name', { validations: [{ expression: 'objekt == 1' }] }, "undeclared reference to 'objekt' (in container '')"],
  ['an unknown variable', { validations: [{ expression: 'variables.x == 1' }] }, "undefined field 'x'"],
  ['parameters without a kind', { validations: [{ expression: 'params.x == 1' }] }, "undeclared reference to 'params' (in container '')"],
  ['no answer', { validations: [{ expression: '"text"' }] }, 'must evaluate to bool'],
])('a policy is refused for %s', async (_name, spec, text) => {
  const { code, json } = await api.call('POST', policies, { body: { metadata: { name: 'wrong' }, spec: { matchConstraints, ...spec } } });
  expect([code, json['message']]).toEqual([422, expect.stringContaining(text)]);
});

it.each<[object, string]>([
  [{ policyName: 'p', validationActions: ['Deny', 'Warn'] }, 'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn'],
  [{ policyName: 'p' }, 'spec.validationActions: Required value'],
  [{ validationActions: ['Deny'] }, 'spec.policyName: Required value'],
])('a binding %j is refused', async (spec, text) => {
  const { code, json } = await api.call('POST', bindings, { body: { metadata: { name: 'wrong' }, spec } });
  expect([code, json['message']]).toEqual([422, expect.stringContaining(text)]);
});

it('kubectl applies and lists them', async () => {
  await withPolicy({ validations: [{ expression: 'true' }] }, {}, async () => {
    expect((await api.kubectl(['get', 'validatingadmissionpolicy'])).stdout).toMatch(/^NAME +VALIDATIONS +PARAMKIND +AGE\np +1 +<unset> +\S+\n$/);
    expect((await api.kubectl(['get', 'validatingadmissionpolicybinding'])).stdout).toMatch(/^NAME +POLICYNAME +PARAMREF +AGE\nb +p +<unset> +\S+\n$/);
  });
});
