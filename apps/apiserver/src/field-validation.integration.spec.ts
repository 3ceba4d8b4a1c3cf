import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

/** [sig-api-machinery] FieldValidation of typed objects: Ignore, Warn (as by default) and Strict (KEP-2885). */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const path = '/api/v1/namespaces/default/replicationcontrollers';
const json = 'application/json';
const yaml = 'application/yaml';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const jsonPatch = 'application/json-patch+json';

/** Replicas stand there twice; `unknown1`, `unknownDupe` (twice) and the container's `unknownNested` are no fields. */
const invalidJson = (name: string): string =>
  `{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"${name}","unknownMeta":"x"},"spec":{"unknown1":1,"unknownDupe":1,"replicas":0,"unknownDupe":2,"replicas":0,` +
  '"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","unknownNested":1,"imagePullPolicy":"Always","imagePullPolicy":"Never"}]}}}}';

const problems = [
  'unknown field "metadata.unknownMeta"',
  'unknown field "spec.unknown1"',
  'unknown field "spec.unknownDupe"',
  'duplicate field "spec.replicas"',
  'unknown field "spec.template.spec.containers[0].unknownNested"',
  'duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
];

const invalidYaml = (name: string): string => `metadata:
  name: ${name}
spec:
  replicas: 0
  replicas: 0
  unknown1: 1
  template:
    metadata: {labels: {a: b}}
    spec:
      containers: [{name: c, image: i}]
`;
const yamlProblems = ['yaml: unmarshal errors:\n  line 5: key "replicas" already set in map', 'unknown field "spec.unknown1"'];

const send = (method: string, url: string, type: string, body: string): Promise<HttpAnswer> => api.call(method, url, { body, headers: { 'content-type': type } });
const warningsOf = ({ headers }: HttpAnswer): string[] => {
  const value = headers['warning'] ?? [];
  return (Array.isArray(value) ? value : value.split(/, (?=299 )/)).map((text) => text.replace(/^299 - "(.*)"$/s, '$1').replace(/\\(["\\])/g, '$1'));
};
const oneLine = (texts: readonly string[]): string[] => texts.map((text) => text.replace(/\n/g, ' '));

describe.each([
  ['create, JSON', json, invalidJson, problems],
  ['create, YAML', yaml, invalidYaml, yamlProblems],
] as const)('%s', (name, type, makeBody, expected) => {
  const id = name.toLowerCase().replace(/\W+/g, '-');
  it('Strict refuses and names everything', async () => {
    const answer = await send('POST', `${path}?fieldValidation=Strict`, type, makeBody('strict'));
    expect(answer.json).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: `ReplicationController in version "v1" cannot be handled as a ReplicationController: strict decoding error: ${expected.join(', ')}`,
    });
  });

  it('Warn takes it and names everything', async () => {
    const answer = await send('POST', `${path}?fieldValidation=Warn`, type, makeBody(`${id}-warn`));
    expect([answer.code, warningsOf(answer)]).toEqual([201, oneLine(expected)]);
    expect(answer.json['spec']).not.toHaveProperty('unknown1');
  });

  it('warns unless told otherwise', async () => expect(warningsOf(await send('POST', path, type, makeBody(`${id}-default`)))).toEqual(oneLine(expected)));

  it('Ignore says nothing', async () => {
    const answer = await send('POST', `${path}?fieldValidation=Ignore`, type, makeBody(`${id}-ignore`));
    expect([answer.code, warningsOf(answer)]).toEqual([201, []]);
  });
});

describe('update and patch', () => {
  const valid = { metadata: { name: 'valid' }, spec: { replicas: 0, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } };
  beforeAll(async () => expect((await api.call('POST', path, { body: valid })).code).toBe(201));

  it.each<[name: string, method: string, type: string, body: string, code: number, message: string, warnings: string[]]>([
    ['PUT', 'PUT', json, invalidJson('valid'), 400, `strict decoding error: ${problems.join(', ')}`, problems],
    ['merge patch', 'PATCH', merge, '{"spec":{"unknown1":1,"replicas":0,"replicas":0}}', 422, 'strict decoding error: duplicate field "spec.replicas", unknown field "spec.unknown1"', ['duplicate field "spec.replicas"', 'unknown field "spec.unknown1"']],
    ['strategic merge patch', 'PATCH', strategic, '{"spec":{"template":{"spec":{"containers":[{"name":"c","imagee":"x"}]}}}}', 422, 'unknown field "spec.template.spec.containers[0].imagee"', ['unknown field "spec.template.spec.containers[0].imagee"']],
    [
      'JSON patch',
      'PATCH',
      jsonPatch,
      '[{"op":"add","path":"/spec/unknown1","value":1,"foo":"bar"},{"op":"replace","path":"/spec/replicas","path":"/spec/replicas","value":0}]',
      422,
      'strict decoding error: json patch unknown field "[0].foo", json patch duplicate field "[1].path", unknown field "spec.unknown1"',
      ['json patch unknown field "[0].foo"', 'json patch duplicate field "[1].path"', 'unknown field "spec.unknown1"'],
    ],
  ])('%s', async (_name, method, type, body, code, message, warnings) => {
    const strict = await send(method, `${path}/valid?fieldValidation=Strict`, type, body);
    expect(strict.json).toMatchObject({ code, message: expect.stringContaining(code === 422 ? JSON.stringify(message).slice(1, -1).replace(/\\"/g, '"') : message) });
    const warned = await send(method, `${path}/valid`, type, body);
    expect([warned.code, warningsOf(warned)]).toEqual([200, warnings]);
    expect(warningsOf(await send(method, `${path}/valid?fieldValidation=Ignore`, type, body))).toEqual([]);
  });

  it('a patch that leads to a wrong type is Invalid, not a failure of the server', async () => {
    expect((await send('PATCH', `${path}/valid`, merge, '{"spec":{"replicas":"three"}}')).json).toMatchObject({ code: 422, reason: 'Invalid', message: expect.stringContaining('cannot unmarshal string') });
    expect((await send('PATCH', `${path}/valid`, merge, 'a: [')).json).toMatchObject({ code: 400, message: expect.stringContaining('error decoding patch') });
  });
});

it.each([
  ['POST', path, 'fieldValidation=Some', 'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Some": supported values: "Ignore", "Strict", "Warn"'],
  ['PUT', `${path}/x`, 'dryRun=Some', 'UpdateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"'],
  ['DELETE', `${path}/x`, 'dryRun=None', 'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["None"]: supported values: "All"'],
])('%s %s?%s', async (method, url, query, message) => {
  expect((await send(method, `${url}?${query}`, json, method === 'DELETE' ? '' : '{}')).json).toMatchObject({ code: 422, reason: 'Invalid', message });
});

it('tells fields whose names have any characters, over both versions of HTTP', async () => {
  const body = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, поле: 1, '字段\u2028': 2 });
  const answer = await send('POST', '/api/v1/namespaces/default/configmaps', json, body('odd-names'));
  expect(answer.code).toBe(201);
  expect(warningsOf(answer).map((text) => Buffer.from(text, 'latin1').toString())).toEqual(['unknown field "поле"', 'unknown field "字段\u2028"']);
  const { code, stderr } = await api.kubectl(['create', '--validate=warn', '-f', '-'], body('odd-names-kubectl'));
  expect([code, stderr]).toEqual([0, expect.stringContaining('Warning: unknown field "поле"')]);
});

it.each([
  ['kind', {}, 'object'],
  ['kind', [], 'array'],
  ['apiVersion', true, 'bool'],
  ['apiVersion', 1, 'number'],
])('refuses %s %j', async (field, value, type) => {
  const answer = await send('POST', '/api/v1/namespaces/default/configmaps', json, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, [field]: value }));
  const message = `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go struct field .${field} of type string`;
  expect(answer.json).toMatchObject({ code: 400, reason: 'BadRequest', message });
});
