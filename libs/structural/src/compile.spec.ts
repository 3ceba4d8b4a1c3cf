import { formatFieldError } from '@typernetes/machinery';
import { compileSchema } from './compile';
import type { Schema } from './schema';

const spec = (schema: Schema): Schema => ({ type: 'object', properties: { spec: schema } });
const object = (properties: Record<string, Schema>, more: Partial<Schema> = {}): Schema => ({ type: 'object', properties, ...more });
const string: Schema = { type: 'string' };
const free = { 'x-kubernetes-preserve-unknown-fields': true };

describe('pruning', () => {
  test.each<[string, Schema, unknown, unknown, string[]]>([
    ['unknown fields', spec(object({ a: string })), { apiVersion: 'v1', kind: 'K', metadata: { name: 'n' }, spec: { a: '1', b: 2 }, other: 1 }, { apiVersion: 'v1', kind: 'K', metadata: { name: 'n' }, spec: { a: '1' } }, ['spec.b', 'other']],
    ['in lists', spec(object({ l: { type: 'array', items: object({ a: string }) } })), { spec: { l: [{ a: 1, x: 1 }, { y: 2 }] } }, { spec: { l: [{ a: 1 }, {}] } }, ['spec.l[0].x', 'spec.l[1].y']],
    ['in maps', spec({ type: 'object', additionalProperties: object({ a: string }) }), { spec: { k: { a: '', b: '' } } }, { spec: { k: { a: '' } } }, ['spec.k.b']],
    ['nothing in maps of anything', spec({ type: 'object', additionalProperties: true }), { spec: { k: { a: 1 } } }, { spec: { k: { a: 1 } } }, []],
    ['everything of an object without fields', spec({ type: 'object' }), { spec: { a: 1 } }, { spec: {} }, ['spec.a']],
    ['nothing that is to be kept, but below it what is known', spec({ ...free, ...object({ known: object({ a: string }) }) }), { spec: { x: { y: 1 }, known: { a: '', b: '' } } }, { spec: { x: { y: 1 }, known: { a: '' } } }, ['spec.known.b']],
    ['nothing without a type that keeps all', spec(free), { spec: { a: [{ b: 1 }] } }, { spec: { a: [{ b: 1 }] } }, []],
    ['not the head of an embedded resource', spec({ ...object({ spec: object({}) }), 'x-kubernetes-embedded-resource': true }), { spec: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { a: 1 }, z: 1 } }, { spec: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} } }, ['spec.spec.a', 'spec.z']],
    ['of the metadata of an embedded resource what no metadata has', spec({ type: 'object', ...free, 'x-kubernetes-embedded-resource': true }), { spec: { metadata: { name: 'x', labels: { a: 'b' }, other: 1, ownerReferences: [{ name: 'o', x: 1 }] }, z: 1 } }, { spec: { metadata: { name: 'x', labels: { a: 'b' }, ownerReferences: [{ name: 'o' }] }, z: 1 } }, ['spec.metadata.other', 'spec.metadata.ownerReferences[0].x']],
    ['a name that every object has', spec(object({ a: string })), { spec: { constructor: 1 } }, { spec: {} }, ['spec.constructor']],
  ])('drops %s', (_name, schema, given, expected, dropped) => {
    const copy = structuredClone(given);
    expect(compileSchema(schema).prune(copy)).toEqual(dropped);
    expect(copy).toEqual(expected);
  });
});

describe('defaults', () => {
  const withDefaults = object({
    replicas: { type: 'integer', default: 1 },
    image: string,
    maybe: { type: 'string', nullable: true, default: 'd' },
    deep: object({ a: { type: 'string', default: 'x' } }, { default: {} }),
    list: { type: 'array', items: object({ p: { type: 'string', default: 'TCP' } }) },
    map: { type: 'object', additionalProperties: object({ v: { type: 'integer', default: 0 } }) },
  });
  test.each<[string, unknown, unknown]>([
    ['an empty object', { spec: {} }, { spec: { replicas: 1, maybe: 'd', deep: { a: 'x' } } }],
    ['no object', {}, {}],
    ['what is there', { spec: { replicas: 0, maybe: '', deep: { a: '' } } }, { spec: { replicas: 0, maybe: '', deep: { a: '' } } }],
    ['null', { spec: { replicas: null, image: null, maybe: null, deep: null } }, { spec: { replicas: 1, maybe: null, deep: { a: 'x' } } }],
    ['items and values', { spec: { deep: {}, maybe: '', list: [{}, { p: 'UDP' }], map: { k: {} } } }, { spec: { replicas: 1, maybe: '', deep: { a: 'x' }, list: [{ p: 'TCP' }, { p: 'UDP' }], map: { k: { v: 0 } } } }],
    ['a wrong type', { spec: 'text' }, { spec: 'text' }],
  ])('for %s', (_name, given, expected) => {
    const { applyDefaults } = compileSchema(spec(withDefaults));
    const copy = structuredClone(given);
    applyDefaults(copy);
    expect(copy).toEqual(expected);
    applyDefaults(copy);
    expect(copy).toEqual(expected);
  });

  test('are not shared between objects', () => {
    const { applyDefaults } = compileSchema(spec(withDefaults));
    const [a, b] = [{ spec: {} as { deep?: { a: string } } }, { spec: {} as { deep?: { a: string } } }];
    applyDefaults(a);
    applyDefaults(b);
    if (a.spec.deep) a.spec.deep.a = 'changed';
    expect(b.spec.deep).toEqual({ a: 'x' });
  });
});

describe('validation', () => {
  const list = (items: Schema, more: Partial<Schema> = {}): Schema => ({ type: 'array', items, ...more });
  const embedded: Schema = { ...object({}), ...free, 'x-kubernetes-embedded-resource': true };
  const intOrString = { 'x-kubernetes-int-or-string': true };
  test.each<[Schema, unknown, string[]]>([
    [string, 'x', []],
    [string, 1, ['spec: Invalid value: "integer": spec in body must be of type string: "integer"']],
    [{ type: 'integer' }, 'x', ['spec: Invalid value: "string": spec in body must be of type integer: "string"']],
    [{ type: 'integer' }, 1.5, ['spec: Invalid value: "number": spec in body must be of type integer: "number"']],
    [{ type: 'number' }, 1, []],
    [string, null, ['spec: Invalid value: "null": spec in body must be of type string: "null"']],
    [{ ...string, nullable: true }, null, []],
    [{ type: 'integer', minimum: 1, maximum: 10 }, 0, ['spec: Invalid value: 0: spec in body should be greater than or equal to 1']],
    [{ type: 'integer', minimum: 1, maximum: 10 }, 11, ['spec: Invalid value: 11: spec in body should be less than or equal to 10']],
    [{ type: 'integer', minimum: 1, exclusiveMinimum: true }, 1, ['spec: Invalid value: 1: spec in body should be greater than 1']],
    [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
    [{ type: 'integer', multipleOf: 5 }, 7, ['spec: Invalid value: 7: spec in body should be a multiple of 5']],
    [{ type: 'integer', format: 'int32' }, 2 ** 31, ['spec: Invalid value: 2147483648: Checked value must be of type integer with format int32']],
    [{ ...string, minLength: 2 }, 'ä', ['spec: Invalid value: "ä": spec in body should be at least 2 chars long']],
    [{ ...string, maxLength: 2 }, 'abc', ['spec: Too long: may not be more than 2 bytes']],
    [{ ...string, pattern: '^a+$' }, 'b', ["spec: Invalid value: \"b\": spec in body should match '^a+$'"]],
    [{ ...string, format: 'date-time' }, 'today', ['spec: Invalid value: "today": spec in body must be of type date-time: "today"']],
    [{ ...string, format: 'date-time' }, '2026-11-23T10:00:00Z', []],
    [{ ...string, format: 'cidr' }, '10.0.0.0/33', ['spec: Invalid value: "10.0.0.0/33": spec in body must be of type cidr: "10.0.0.0/33"']],
    [{ ...string, format: 'nobody-knows' }, 'x', []],
    [{ ...string, enum: ['a', 'b'] }, 'c', ['spec: Unsupported value: "c": supported values: "a", "b"']],
    [list(string, { minItems: 2 }), ['a'], ['spec: Invalid value: 1: spec in body should have at least 2 items']],
    [list(string, { maxItems: 1 }), ['a', 'b'], ['spec: Too many: 2: must have at most 1 items']],
    [list(string), ['a', 1], ['spec[1]: Invalid value: "integer": spec[1] in body must be of type string: "integer"']],
    [list(string, { 'x-kubernetes-list-type': 'set' }), ['a', 'b', 'a', 'a'], ['spec[2]: Duplicate value: "a"']],
    [list(object({ n: string, p: string }), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'] }), [{ n: 'a', p: '1' }, { n: 'a', p: '2' }], ['spec[1]: Duplicate value: {"n":"a"}']],
    [object({ a: string }, { required: ['a', 'b'] }), {}, ['spec.a: Required value', 'spec.b: Required value']],
    [object({}, { maxProperties: 1, ...free }), { a: 1, b: 2 }, ['spec: Too many: 2: must have at most 1 items']],
    [object({ constructor: string }), {}, []],
    [object({}, { required: ['constructor'] }), {}, ['spec.constructor: Required value']],
    [object({}, { minProperties: 1, ...free }), {}, ['spec: Invalid value: 0: spec in body should have at least 1 properties']],
    [{ type: 'object', additionalProperties: string }, { k: 1 }, ['spec.k: Invalid value: "integer": spec.k in body must be of type string: "integer"']],
    [intOrString, 1, []],
    [intOrString, '50%', []],
    [intOrString, true, ['<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf)', 'spec: Invalid value: "boolean": spec in body must be of type integer: "boolean"']],
    [{ ...string, anyOf: [{ minLength: 3 }, { pattern: '^a' }] }, 'a', []],
    [{ ...object({ a: string, b: string }), oneOf: [{ required: ['a'] }, { required: ['b'] }] }, {}, ['<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid', 'spec.a: Required value']],
    [{ ...object({ a: string, b: string }), oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: '', b: '' }, ['<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives']],
    [{ ...string, allOf: [{ minLength: 3 }, { pattern: '^a' }] }, 'ab', ['<nil>: Invalid value: "": "spec" must validate all the schemas (allOf)', 'spec: Invalid value: "ab": spec in body should be at least 3 chars long']],
    [{ ...string, not: { enum: ['x'] } }, 'x', ['<nil>: Invalid value: "": "spec" must not validate the schema (not)']],
    [embedded, { kind: 'Pod' }, ['spec.apiVersion: Required value: must not be empty']],
    [embedded, { apiVersion: 'apps/v1', kind: 'Deployment' }, []],
    [embedded, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', creationTimestamp: null, labels: { a: 'b' } } }, []],
    [embedded, { apiVersion: '', kind: 1 }, ['spec.apiVersion: Invalid value: "": must not be empty', 'spec.kind: Invalid value: 1: must be a string']],
    [embedded, { apiVersion: 'a/b/c', kind: 'Pod' }, ['spec.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c']],
    [embedded, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a/b' } }, ['spec.metadata.name: Invalid value: "a/b": may not contain \'/\'']],
    [embedded, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 1 } }, ['spec.metadata.name: Invalid value: "integer": spec.metadata.name in body must be of type string: "integer"']],
  ])('%j with %j', (schema, value, expected) => {
    expect(compileSchema(spec(schema)).validate({ spec: value }).map(formatFieldError)).toEqual(expected);
  });

  test('changes nothing that an update leaves as it was', () => {
    const schema = spec(object({ old: { ...string, maxLength: 1 }, list: list(object({ n: string, v: { ...string, maxLength: 1 } }), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'] }), needs: string }, { required: ['needs'] }));
    const { validate } = compileSchema(schema);
    const previous = { spec: { old: 'long', list: [{ n: 'a', v: 'long' }] } };
    const fields = (next: unknown): string[] => validate(next, previous).map(({ field }) => field);
    expect(fields(previous)).toEqual([]);
    expect(fields({ spec: { ...previous.spec, needs: 'x' } })).toEqual([]);
    expect(fields({ spec: { ...previous.spec, old: 'longer' } })).toEqual(['spec.needs', 'spec.old']);
    expect(fields({ spec: { ...previous.spec, needs: '', list: [{ n: 'b', v: 'long' }, ...previous.spec.list] } })).toEqual(['spec.list[0].v']);
  });

  test.each<[string, string[], string[]]>([
    ['had some already', ['a', 'a'], []],
    ['had none', ['a'], ['spec.set[2]']],
  ])('an update of a list that %s', (_name, previous, expected) => {
    const { validate } = compileSchema(spec(object({ set: list(string, { 'x-kubernetes-list-type': 'set' }) })));
    expect(validate({ spec: { set: ['a', 'b', 'a'] } }, { spec: { set: previous } }).map(({ field }) => field)).toEqual(expected);
  });

  test('rules are asked of values that are right otherwise, with what they were before', () => {
    const asked: unknown[] = [];
    const schema: Schema = spec(object({ a: { ...string, maxLength: 3, 'x-kubernetes-validations': [{}] } }));
    const { validate } = compileSchema(schema, { compileRules: (node) => (node['x-kubernetes-validations'] ? (value, { path, old }) => void asked.push([path, value, old]) : undefined) });
    validate({ spec: { a: 'new' } }, { spec: { a: 'old' } });
    validate({ spec: { a: 'too long' } });
    expect(asked).toEqual([['spec.a', 'new', 'old']]);
  });
});
