/** MutatingAdmissionPolicies (KEP-3962), with what conformance of Kubernetes 1.36 demands of them. */
import { definitionOf, eventually, install } from '../../custom-kinds/testing/definitions';
import { startTestApi, type HttpAnswer, type TestApi } from '../../testing/start-test-api';
import { isKnown, patch, startHooks, type Hooks } from '../webhooks/testing/hooks';

jest.setTimeout(120_000);

let api: TestApi;
let hooks: Hooks;
let turn = 0;
const group = '/apis/admissionregistration.k8s.io/v1';
const policies = `${group}/mutatingadmissionpolicies`;
const bindings = `${group}/mutatingadmissionpolicybindings`;
const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const ruleOf = (apiGroup: string, resource: string): object => ({ operations: ['CREATE', 'UPDATE'], apiGroups: [apiGroup], apiVersions: ['*'], resources: [resource] });
const onMaps = { resourceRules: [ruleOf('', 'configmaps')] };
const onDeployments = { resourceRules: [ruleOf('apps', 'deployments')] };

interface Policy {
  readonly spec: object;
  readonly binding?: object;
}
const apply = (expression: string): object => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const json = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const specOf = (mutations: object[], more: object = {}): object => ({ matchConstraints: onMaps, reinvocationPolicy: 'Never', mutations, ...more });

/** With policies in force while `test` runs; their names are `p0`, `p1`, ... and `b0`, `b1`, ... */
async function withPolicies(list: readonly Policy[], test: () => Promise<void>): Promise<void> {
  for (const [i, { spec, binding = {} }] of list.entries()) {
    for (const [path, body] of [[policies, { metadata: { name: `p${i}` }, spec }], [bindings, { metadata: { name: `b${i}` }, spec: { policyName: `p${i}`, ...binding } }]] as const) {
      const { code, json: created } = await api.call('POST', path, { body });
      expect([code, created['message']]).toEqual([201, undefined]);
      await isKnown(api, path, created.metadata?.resourceVersion);
    }
  }
  try {
    await test();
  } finally {
    for (const path of [bindings, policies]) {
      await api.call('DELETE', path);
      await eventually('it is forgotten', async () => (await api.call('GET', `${path}?resourceVersion=0`)).json.items.length === 0);
    }
  }
}

const createMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): Promise<HttpAnswer> => api.call('POST', maps, { body: { metadata: { name, labels }, data } });
const dataOf = async (name: string, data: Record<string, string> = {}): Promise<unknown> => {
  const { code, text, json: made } = await createMap(name, data);
  expect([code, code === 201 ? '' : text]).toEqual([201, '']);
  return made['data'];
};
const createDeployment = (name: string, containers: object[] = [{ name: 'c', image: 'i' }]): Promise<HttpAnswer> =>
  api.call('POST', deployments, { body: { metadata: { name }, spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers } } } } });

beforeAll(async () => {
  [api, hooks] = await Promise.all([startTestApi(), startHooks()]);
  await install(api, definitionOf('limits'));
});
afterAll(async () => {
  await api.stop();
  await hooks.stop();
});

it('a deployment is mutated by an apply configuration', async () => {
  const spec = specOf([apply('Object{spec: Object.spec{replicas: object.spec.replicas + 100}}')], { matchConstraints: onDeployments });
  await withPolicies([{ spec }], async () => {
    expect((await createDeployment('replicas')).json['spec']).toMatchObject({ replicas: 101 });
  });
});

it('a deployment gets annotations', async () => {
  const spec = specOf([apply('Object{metadata: Object.metadata{annotations: {"my-foo-annotation": "myAnnotationValue"}}}')], { matchConstraints: onDeployments });
  await withPolicies([{ spec }], async () => {
    const { json: made } = await createDeployment('annotated');
    expect(made.metadata?.annotations).toEqual({ 'my-foo-annotation': 'myAnnotationValue' });
    expect((await api.call('GET', `${deployments}/annotated`)).json.metadata?.annotations).toMatchObject({ 'my-foo-annotation': 'myAnnotationValue' });
  });
});

it('lists merge by their keys, what is added gets defaults, and nobody owns it', async () => {
  const container = 'Object.spec.template.spec.containers{name: "sidecar", image: "s", ?workingDir: optional.none()}';
  const spec = specOf([apply(`Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [${container}]}}}}`)], { matchConstraints: onDeployments });
  await withPolicies([{ spec }], async () => {
    const { json: made } = await createDeployment('sidecar');
    const { containers } = (made['spec'] as { template: { spec: { containers: { name: string }[] } } }).template.spec;
    expect(containers).toMatchObject([{ name: 'c' }, { name: 'sidecar', image: 's', terminationMessagePolicy: 'File' }]);
    expect(JSON.stringify(made.metadata?.managedFields)).not.toContain('sidecar');
  });
});

it('JSON patches see what earlier mutations made, and do nothing when their test fails', async () => {
  const mutations = [
    json('[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("a.b"), value: "1"}, JSONPatch{op: "copy", from: "/data/own", path: "/data/copied"}]'),
    json('has(object.data.copied) ? [JSONPatch{op: "remove", path: "/data/own"}] : []'),
    json('[JSONPatch{op: "test", path: "/data/copied", value: "other"}, JSONPatch{op: "add", path: "/data/never", value: "x"}]'),
    json('[JSONPatch{op: "add", path: "/metadata", value: Object.metadata{labels: {"made": "yes"}, name: object.metadata.name}}]'),
  ];
  await withPolicies([{ spec: specOf(mutations) }], async () => {
    const { json: made } = await createMap('patched', { own: 'mine' });
    expect([made['data'], made.metadata?.labels]).toEqual([{ 'a.b': '1', copied: 'mine' }, { made: 'yes' }]);
  });
});

it('parameters, variables, conditions and selectors have their say', async () => {
  await api.call('POST', '/apis/example.com/v1/namespaces/default/limits', { body: { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'soft' }, spec: { mark: 'from-param' } } });
  const spec = specOf([apply('Object{data: {"mark": variables.mark, "who": request.userInfo.username, "where": namespaceObject.metadata.name}}')], {
    paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' },
    variables: [{ name: 'prefix', expression: "'x-'" }, { name: 'mark', expression: 'variables.prefix + params.spec.mark' }],
    matchConditions: [{ name: 'not-free', expression: "request.name != 'free'" }],
  });
  const binding = { paramRef: { name: 'soft', namespace: 'default', parameterNotFoundAction: 'Deny' }, matchResources: { objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] } } };
  await withPolicies([{ spec, binding }], async () => {
    expect(await dataOf('param')).toEqual({ mark: 'x-from-param', who: 'kubernetes-admin', where: 'default' });
    expect(await dataOf('free', { own: '1' })).toEqual({ own: '1' });
    expect((await createMap('skipped', { own: '1' }, { skip: 'yes' })).json['data']).toEqual({ own: '1' });
  });
  await withPolicies([{ spec, binding: { paramRef: { name: 'missing', parameterNotFoundAction: 'Deny' } } }], async () => {
    expect((await createMap('missing')).json).toMatchObject({ code: 403, message: "policy 'p0' with binding 'b0' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction" });
  });
  await withPolicies([{ spec, binding: { paramRef: { name: 'missing', parameterNotFoundAction: 'Allow' } } }], async () => expect(await dataOf('allowed', { own: '1' })).toEqual({ own: '1' }));
});

it.each<[string, object, object]>([
  ['a failing expression', apply('Object{data: {"a": object.data.nothing}}'), { code: 403, reason: 'Invalid', message: expect.stringMatching(/^policy 'p0' with binding 'b0' denied request: expression '.*' resulted in error: no such key: nothing$/) as string }],
  ['an unknown field', apply('Object{spec: Object.spec{x: 1}}'), { code: 403, message: expect.stringContaining('denied request: error applying patch: failed to convert patch object to typed object: .spec: field not declared in schema') as string }],
  ['a wrong type name', apply('Object{metadata: Object.data{}}'), { code: 403, message: expect.stringContaining('denied request: type mismatch: unexpected type name "Object.data", expected "Object.metadata", which matches field name path from root Object type') as string }],
  ['a patch that does not apply', json('[JSONPatch{op: "replace", path: "/data/nothing", value: "x"}]'), { code: 403, reason: 'Invalid', message: expect.stringContaining('denied request: JSON Patch: ') as string }],
  ['a field that JSON brings', json('[JSONPatch{op: "add", path: "/spec", value: {"a": "b"}}]'), { code: 500, message: 'Internal error occurred: strict decoding error: unknown field "spec"' }],
])('%s refuses the write, unless the policy may fail', async (_name, mutation, expected) => {
  await withPolicies([{ spec: specOf([mutation]) }], async () => expect((await createMap('failing', { own: '1' })).json).toMatchObject(expected));
  if ((expected as { code: number }).code === 500) return;
  await withPolicies([{ spec: specOf([mutation, apply('Object{data: {"then": "yes"}}')], { failurePolicy: 'Ignore' }) }], async () => expect(await dataOf(`ignored-${turn++}`, { own: '1' })).toEqual({ own: '1', then: 'yes' }));
});

it('what is one value is not merged', async () => {
  const spec = specOf([apply('Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"l": "v"}}}}')], { matchConstraints: onDeployments });
  await withPolicies([{ spec }], async () => {
    expect((await createDeployment('atomic')).json['message']).toBe("policy 'p0' with binding 'b0' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector");
  });
});

it('policies act in the order of their names, and again when others changed the object after them, if they wish', async () => {
  const count = (name: string): string => `[JSONPatch{op: "add", path: "/data/${name}-" + string(size(object.data)), value: "x"}]`;
  const list = [
    { spec: specOf([json(count('again'))], { reinvocationPolicy: 'IfNeeded' }) },
    { spec: specOf([json(count('never'))]) },
  ];
  await withPolicies(list, async () => expect(await dataOf('ordered', { own: '1' })).toEqual({ own: '1', 'again-1': 'x', 'never-2': 'x', 'again-3': 'x' }));
  await withPolicies([list[0] as Policy], async () => {
    expect(await dataOf('alone', { own: '1' })).toEqual({ own: '1', 'again-1': 'x' });
    hooks.answers.set('/hooked', () => patch({ op: 'add', path: '/data/hooked', value: 'x' }));
    await hooks.whileAsked(api, 'mutating', [hooks.hook('/hooked')], async () => expect(await dataOf('hooked', { own: '1' })).toEqual({ own: '1', 'again-1': 'x', hooked: 'x', 'again-3': 'x' }));
  });
});

it('custom objects are mutated like others', async () => {
  const spec = specOf([apply('Object{spec: Object.spec{checked: true}}')], { matchConstraints: { resourceRules: [ruleOf('example.com', 'limits')] } });
  await withPolicies([{ spec }], async () => {
    const { json: made } = await api.call('POST', '/apis/example.com/v1/namespaces/default/limits', { body: { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'custom' }, spec: { max: 1 } } });
    expect(made['spec']).toEqual({ max: 1, checked: true });
  });
});

it.each<[string, object, string]>([
  ['another type', specOf([apply('"teapot"')]), 'spec.mutations[0].applyConfiguration.expression: Invalid value: "\\"teapot\\"": must evaluate to Object but got string'],
  ['no list of patches', specOf([json('JSONPatch{op: "add"}')]), 'spec.mutations[0].jsonPatch.expression: Invalid value: "JSONPatch{op: \\"add\\"}": must evaluate to list(JSONPatch) but got JSONPatch'],
  ['an unknown name', specOf([apply('Object{data: params.data}')]), "undeclared reference to 'params' (in container '')"],
  ['an unknown variable', specOf([apply('Object{data: variables.x}')]), "undefined field 'x'"],
  ['a variable that is none', specOf([apply('Object{}')], { variables: [{ name: 'x', expression: 'nothing' }] }), 'spec.variables[0].expression: Invalid value: "nothing": compilation failed: '],
  ['a condition that gives no answer', specOf([apply('Object{}')], { matchConditions: [{ name: 'c', expression: '1' }] }), 'spec.matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int'],
])('a policy is refused for %s', async (_name, spec, text) => {
  const { code, json: refused } = await api.call('POST', policies, { body: { metadata: { name: 'wrong' }, spec } });
  expect([code, refused['message']]).toEqual([422, expect.stringContaining(text)]);
});
