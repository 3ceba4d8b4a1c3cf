import type { JSONSchemaProps } from '@typernetes/api';
import { startTestApi, type TestApi } from '../testing/start-test-api';
import { definitionOf, definitionsPath, install } from './testing/definitions';

jest.setTimeout(60_000);

const withRules = (rules: { rule: string; message?: string }[], properties: Record<string, JSONSchemaProps> = {}): JSONSchemaProps => ({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-validations': rules,
      properties: { x: { type: 'integer' }, y: { type: 'integer' }, immutable: { type: 'string', maxLength: 10, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }] }, ...properties },
    },
  },
});

/** The behaviours of upstream's conformance tests "CustomResourceValidationRules". */
describe('validation rules of custom kinds', () => {
  let api: TestApi;
  const rulers = '/apis/example.com/v1/namespaces/default/rulers';
  const ruler = (name: string, spec: object): object => ({ apiVersion: 'example.com/v1', kind: 'Ruler', metadata: { name }, spec });

  beforeAll(async () => {
    api = await startTestApi();
    await install(api, definitionOf('rulers', { versions: [{ schemaOf: withRules([{ rule: 'self.x + self.y > 0', message: 'x and y must be positive together' }]) }] }));
  });
  afterAll(() => api.stop());

  it('let objects pass that satisfy them', async () => {
    expect((await api.call('POST', rulers, { body: ruler('good', { x: 1, y: 0, immutable: 'a' }) })).code).toBe(201);
  });

  it('refuse objects that do not, in creates, updates and patches', async () => {
    const created = await api.call('POST', rulers, { body: ruler('bad', { x: -1, y: 0 }) });
    expect([created.code, created.json['message']]).toEqual([422, 'Ruler.example.com "bad" is invalid: spec: Invalid value: "object": x and y must be positive together']);
    const patched = await api.call('PATCH', `${rulers}/good`, { body: { spec: { x: -5 } }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect(patched.code).toBe(422);
  });

  it('compare with what was', async () => {
    const { code, json } = await api.call('PATCH', `${rulers}/good`, { body: { spec: { immutable: 'b' } }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect([code, json['message']]).toEqual([422, 'Ruler.example.com "good" is invalid: spec.immutable: Invalid value: "string": is immutable']);
    expect((await api.call('PATCH', `${rulers}/good`, { body: { spec: { x: 7 } }, headers: { 'content-type': 'application/merge-patch+json' } })).code).toBe(200);
  });

  it.each<[string, JSONSchemaProps, string]>([
    ['names a field that is not there', withRules([{ rule: 'self.z == 1' }]), "undefined field 'z'"],
    ['is no expression', withRules([{ rule: 'self = 42' }]), 'Syntax error'],
    [
      'may cost too much',
      withRules([{ rule: 'self.lists.all(a, a.all(b, self.lists.all(c, c.all(d, b == d))))' }], { lists: { type: 'array', items: { type: 'array', items: { type: 'string' } } } }),
      'estimated rule cost exceeds budget by factor of more than 100x',
    ],
  ])('are refused in a definition when one %s', async (_name, schemaOf, text) => {
    const { code, json } = await api.call('POST', definitionsPath, { body: definitionOf('others', { versions: [{ schemaOf }] }) });
    expect(code).toBe(422);
    expect(json['message']).toContain('spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule');
    expect(json['message']).toContain(text);
  });
});
