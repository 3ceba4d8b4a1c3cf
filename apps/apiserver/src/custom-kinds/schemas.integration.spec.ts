import type { CustomResourceDefinition, JSONSchemaProps } from '@typernetes/api';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';
import { definitionOf, definitionsPath, install } from './testing/definitions';

jest.setTimeout(120_000);

const merge = { 'content-type': 'application/merge-patch+json' };
const apply = { 'content-type': 'application/apply-patch+yaml' };

const schemaOf: JSONSchemaProps = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      properties: {
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
        foo: { type: 'string' },
        replicas: { type: 'integer', minimum: 0, default: 1 },
        mode: { type: 'string', enum: ['a', 'b'] },
        size: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, name: { type: 'string' } } },
        },
      },
    },
  },
};

describe('the schema of a custom kind', () => {
  let api: TestApi;
  const base = '/apis/example.com/v1/namespaces/default/timers';
  const timer = (name: string, spec: object, rest: object = {}): object => ({ apiVersion: 'example.com/v1', kind: 'Timer', metadata: { name }, spec, ...rest });
  const post = (body: unknown, query = ''): Promise<HttpAnswer> => api.call('POST', `${base}${query}`, { body });
  const message = ({ code, json }: HttpAnswer): unknown => [code, json['message']];

  beforeAll(async () => {
    api = await startTestApi();
    await install(api, definitionOf('timers', { versions: [{ schemaOf, subresources: { status: {} } }] }));
    await install(api, definitionOf('frees'));
  });
  afterAll(() => api.stop());

  it('drops what it does not know, as the client wishes to hear', async () => {
    const body = timer('fields', { cronSpec: '* * * * */5', unknown: 1, free: { any: 1 }, ports: [{ port: 80, odd: 1 }] }, { extra: true });
    const warned = await post(body);
    expect([warned.code, warned.json['spec'], warned.json['extra']]).toEqual([201, { cronSpec: '* * * * */5', free: { any: 1 }, ports: [{ port: 80, protocol: 'TCP' }], replicas: 1 }, undefined]);
    expect(warned.headers['warning']).toBe('299 - "unknown field \\"spec.unknown\\"", 299 - "unknown field \\"spec.ports[0].odd\\"", 299 - "unknown field \\"extra\\""');
    expect(message(await post(body, '?fieldValidation=Strict'))).toEqual([400, 'Timer in version "v1" cannot be handled as a Timer: strict decoding error: unknown field "spec.unknown", unknown field "spec.ports[0].odd", unknown field "extra"']);
    expect((await post({ ...body, metadata: { name: 'silent' } }, '?fieldValidation=Ignore')).headers['warning']).toBeUndefined();
    const twice = '{"apiVersion":"example.com/v1","kind":"Timer","metadata":{"name":"twice","odd":1},"spec":{"foo":"a","foo":"b"}}';
    expect(message(await post(twice, '?fieldValidation=Strict'))).toEqual([400, 'Timer in version "v1" cannot be handled as a Timer: strict decoding error: unknown field "metadata.odd", duplicate field "spec.foo"']);
  });

  it('takes anything where it says so', async () => {
    const body = { apiVersion: 'example.com/v1', kind: 'Free', metadata: { name: 'any' }, spec: { what: 'ever' }, more: [1] };
    const { code, json } = await api.call('POST', '/apis/example.com/v1/namespaces/default/frees?fieldValidation=Strict', { body });
    expect([code, json]).toMatchObject([201, { spec: { what: 'ever' }, more: [1] }]);
  });

  it('refuses fields that stand there twice even where anything goes', async () => {
    const twice = '{"apiVersion":"example.com/v1","kind":"Free","metadata":{"name":"twice"},"unknown":1,"spec":{"a":"b","a":"c"},"unknown":2}';
    const path = '/apis/example.com/v1/namespaces/default/frees';
    const words = 'duplicate field "spec.a", duplicate field "unknown"';
    expect(message(await api.call('POST', `${path}?fieldValidation=Strict`, { body: twice }))).toEqual([400, `Free in version "v1" cannot be handled as a Free: strict decoding error: ${words}`]);
    const applied = await api.call('PATCH', `${path}/twice?fieldManager=e2e&fieldValidation=Strict`, { body: 'apiVersion: example.com/v1\nkind: Free\nmetadata: { name: twice }\nunknown: 1\nunknown: 2\n', headers: apply });
    expect(message(applied)).toEqual([400, expect.stringContaining('key "unknown" already set in map')]);
  });

  it('refuses unknown metadata, also of the objects that it embeds', async () => {
    const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'inner', unknownSubMeta: 1 }, spec: {} };
    const body = { apiVersion: 'example.com/v1', kind: 'Timer', metadata: { name: 'meta', unknownMeta: 1 }, spec: { template } };
    const words = 'unknown field "metadata.unknownMeta", unknown field "spec.template.metadata.unknownSubMeta"';
    expect(message(await post(body, '?fieldValidation=Strict'))).toEqual([400, `Timer in version "v1" cannot be handled as a Timer: strict decoding error: ${words}`]);
    const warned = await post(body);
    expect([warned.code, warned.json['spec']]).toMatchObject([201, { template: { metadata: { name: 'inner' } } }]);
    expect(JSON.stringify(warned.json)).not.toMatch(/unknown(Sub)?Meta/);
  });

  it('refuses what does not fit', async () => {
    expect(message(await post(timer('bad', { cronSpec: 'now', mode: 'c', replicas: -1, ports: [{ port: 1 }, { port: 1 }] })))).toEqual([
      422,
      expect.stringMatching(/^Timer\.example\.com "bad" is invalid: \[(?=.*spec\.cronSpec: Invalid value: "now": spec\.cronSpec in body should match)(?=.*spec\.mode: Unsupported value: "c": supported values: "a", "b")(?=.*spec\.replicas: Invalid value: -1: spec\.replicas in body should be greater than or equal to 0)(?=.*spec\.ports\[1\]: Duplicate value)/),
    ]);
    expect(message(await post({ apiVersion: 'example.com/v1', kind: 'Timer', metadata: { name: 'bad' } }))).toEqual([422, 'Timer.example.com "bad" is invalid: spec: Required value']);
    expect((await post(timer('bad', { replicas: 'many', size: 1.5 }))).code).toBe(422);
    const { code } = await api.call('PATCH', `${base}/fields`, { body: { spec: { mode: 'c' } }, headers: merge });
    expect(code).toBe(422);
  });

  it('must be structural', async () => {
    const broken = definitionOf('brokens', { versions: [{ schemaOf: { type: 'object', properties: { a: { properties: { b: { type: 'string' } } } } } }] });
    expect(message(await api.call('POST', definitionsPath, { body: broken }))).toEqual([
      422,
      'CustomResourceDefinition.apiextensions.k8s.io "brokens.example.com" is invalid: spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ]);
  });

  it('says how lists merge under server-side apply', async () => {
    const ports = (...list: object[]): object => timer('merged', { ports: list });
    await api.call('PATCH', `${base}/merged?fieldManager=one`, { body: ports({ port: 80, name: 'web' }), headers: apply });
    const both = await api.call('PATCH', `${base}/merged?fieldManager=two`, { body: ports({ port: 80, protocol: 'UDP' }), headers: apply });
    expect(both.json['spec']).toMatchObject({ ports: [{ port: 80, protocol: 'TCP', name: 'web' }, { port: 80, protocol: 'UDP' }] });
    const refused = await api.call('PATCH', `${base}/merged?fieldManager=two`, { body: ports({ port: 80, protocol: 'TCP', name: 'mine' }), headers: apply });
    expect(message(refused)).toEqual([409, 'Apply failed with 1 conflict: conflict with "one": .spec.ports[port=80,protocol="TCP"].name']);
    const wrong = await api.call('PATCH', `${base}/merged?fieldManager=two`, { body: timer('merged', { unknown: 1 }), headers: apply });
    expect([wrong.code, wrong.json['message']]).toEqual([500, 'failed to create typed patch object (default/merged; example.com/v1, Kind=Timer): .spec.unknown: field not declared in schema']);
  });

  it('fills in what is missing: in requests, and in what was stored before it said so', async () => {
    const path = `${definitionsPath}/defaulteds.example.com`;
    const objects = '/apis/example.com/v1/namespaces/default/defaulteds';
    const schema = (properties: Record<string, JSONSchemaProps>): { openAPIV3Schema: JSONSchemaProps } => ({ openAPIV3Schema: { type: 'object', properties } });
    const object = (name: string): object => ({ apiVersion: 'example.com/v1', kind: 'Defaulted', metadata: { name } });
    const change = async (properties: Record<string, JSONSchemaProps>): Promise<void> => {
      const { spec } = (await api.call('GET', path)).json as unknown as CustomResourceDefinition;
      const { code, text } = await api.call('PATCH', path, { body: { spec: { versions: spec.versions.map((version) => ({ ...version, schema: schema(properties) })) } }, headers: merge });
      if (code !== 200) throw new Error(text);
      await api.running.customKindsServed();
    };
    const text: JSONSchemaProps = { type: 'string' };
    await install(api, definitionOf('defaulteds', { versions: [{ schemaOf: schema({ a: text, b: text }).openAPIV3Schema }] }));
    const first = await api.call('POST', objects, { body: object('first') });
    expect(first.json).not.toHaveProperty('a');
    await change({ a: { ...text, default: 'A' }, b: text });
    expect((await api.call('GET', `${objects}/first`)).json).toMatchObject({ a: 'A', metadata: { resourceVersion: first.json.metadata?.resourceVersion } });
    expect((await api.call('GET', objects)).json.items).toMatchObject([{ a: 'A' }]);
    expect((await api.call('POST', objects, { body: object('second') })).json).toMatchObject({ a: 'A' });
    await change({ a: text, b: { ...text, default: 'B' } });
    expect((await api.call('GET', `${objects}/second`)).json).toMatchObject({ a: 'A', b: 'B' });
    expect((await api.call('GET', `${objects}/first`)).json).toMatchObject({ b: 'B' });
    expect((await api.call('GET', `${objects}/first`)).json).not.toHaveProperty('a');
    await change({ b: text });
    expect((await api.call('GET', `${objects}/second`)).json).not.toHaveProperty('a');
  });
});
