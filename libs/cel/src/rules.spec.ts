import { formatFieldError } from '@typernetes/machinery';
import { compileSchema, type Schema } from '@typernetes/structural';
import { checkRules, compileRules } from './rules';

const spec: Schema = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    min: { type: 'integer' },
    name: { type: 'string', maxLength: 20 },
    share: { type: 'number' },
    port: { 'x-kubernetes-int-or-string': true },
    tags: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } },
    labels: { type: 'object', maxProperties: 10, additionalProperties: { type: 'string', maxLength: 10 } },
    parts: { type: 'array', maxItems: 10, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'], items: { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 5 }, size: { type: 'integer' } } } },
    since: { type: 'string', format: 'date-time' },
    ttl: { type: 'string', format: 'duration' },
    any: { 'x-kubernetes-preserve-unknown-fields': true },
    memory: { type: 'string', maxLength: 20 },
    address: { type: 'string', maxLength: 50 },
    'x-prop': { type: 'integer' },
    namespace: { type: 'string', maxLength: 20 },
    maybe: { type: 'string', nullable: true },
  },
};
const withRule = (rule: object | string): Schema => ({ type: 'object', properties: { spec: { ...spec, 'x-kubernetes-validations': [typeof rule === 'string' ? { rule } : rule] } } });
const errors = (rule: object | string, next: object, previous?: object): string[] =>
  compileSchema(withRule(rule), { compileRules }).validate({ spec: next }, previous && { spec: previous }).map(formatFieldError);

const full = {
  replicas: 3, min: 1, name: 'abc', share: 0.5, port: 80, tags: ['a', 'b'], labels: { x: 'y' }, parts: [{ id: 'p', size: 2 }], since: '2026-01-01T00:00:00Z', ttl: '1h5m',
  any: { deep: [1, 2.5] }, memory: '1Gi', address: '10.0.0.7', 'x-prop': 1, namespace: 'default', maybe: null,
};

test.each([
  'self.replicas >= self.min',
  'has(self.name) && has(self.x__dash__prop)',
  'self.name.matches("^a") && self.name.startsWith("a") && self.name.size() <= 5',
  'self.share < 0.6 && double(self.replicas) > self.share',
  'self.port == 80 || self.port == "http"',
  'type(self.port) == int',
  'self.tags.all(t, t.size() > 0) && self.tags.exists(t, t == "a") && self.tags.exists_one(t, t == "b")',
  'self.tags.map(t, t + "!") == ["a!", "b!"] && self.tags.filter(t, t != "a").size() == 1',
  'self.tags.isSorted() && self.tags.indexOf("b") == 1 && [1, 2].sum() == 3 && [3, 1].min() == 1',
  '"x" in self.labels && self.labels["x"] == "y" && self.labels.all(k, k.size() == 1)',
  'self.parts.all(p, p.size > 1) && self.parts[0].id == "p"',
  'self.since > timestamp("2025-01-01T00:00:00Z") && self.since.getFullYear() == 2026',
  'self.ttl == duration("65m")',
  'self.any.deep[0] == 1 && self.any.deep[1] == 2.5',
  'quantity(self.memory).isGreaterThan(quantity("500Mi")) && isQuantity("1k") && !isQuantity("x")',
  'isIP(self.address) && cidr("10.0.0.0/8").containsIP(self.address) && ip(self.address).family() == 4',
  'url("https://example.com:80/a").getHostname() == "example.com" && isURL("/a") && !isURL("a b")',
  'self.x__dash__prop == 1 && self.__namespace__ == "default"',
  'self.maybe == null',
  'self.name.replace("b", "x") == "axc" && "a b".split(" ").join("-") == "a-b" && "abc123".find("[0-9]+") == "123"',
  'self.?name.orValue("none") == "abc"',
])('holds: %s', (rule) => {
  expect(checkRules(withRule(rule), 'schema').map(formatFieldError)).toEqual([]);
  expect(errors(rule, full)).toEqual([]);
});

test.each<[object | string, object, string[]]>([
  ['self.replicas >= self.min', { replicas: 0, min: 1 }, ['spec: Invalid value: "object": failed rule: self.replicas >= self.min']],
  [{ rule: 'self.replicas >= self.min', message: 'too few' }, { replicas: 0, min: 1 }, ['spec: Invalid value: "object": too few']],
  [{ rule: 'self.replicas >= self.min', message: 'too few', messageExpression: '"at least " + string(self.min)' }, { replicas: 0, min: 1 }, ['spec: Invalid value: "object": at least 1']],
  [{ rule: 'self.replicas >= self.min', message: 'too few', messageExpression: 'self.name' }, { replicas: 0, min: 1 }, ['spec: Invalid value: "object": too few']],
  [{ rule: 'self.replicas >= self.min', reason: 'FieldValueForbidden', fieldPath: '.replicas', message: 'no' }, { replicas: 0, min: 1 }, ['spec.replicas: Forbidden: no']],
  ['self.name == "a"', {}, ['spec: Invalid value: "object": no such key: name evaluating rule: self.name == "a"']],
])('%j is violated', (rule, value, expected) => {
  expect(errors(rule, value)).toEqual(expected);
});

test('rules about a change are asked when there was something before', () => {
  const rule = { rule: 'self.replicas >= oldSelf.replicas', message: 'never fewer' };
  expect(errors(rule, { replicas: 1 })).toEqual([]);
  expect(errors(rule, { replicas: 3 }, { replicas: 2 })).toEqual([]);
  expect(errors(rule, { replicas: 1 }, { replicas: 2 })).toEqual(['spec: Invalid value: "object": never fewer']);
  const optional = { rule: 'oldSelf.hasValue() || self.replicas == 1', optionalOldSelf: true, message: 'starts with one' };
  expect(errors(optional, { replicas: 2 })).toEqual(['spec: Invalid value: "object": starts with one']);
  expect(errors(optional, { replicas: 2 }, { replicas: 1 })).toEqual([]);
  expect(errors({ rule: 'self == oldSelf', message: 'never changes' }, full, { ...full, tags: [] })).toEqual(['spec: Invalid value: "object": never changes']);
});

describe('of a definition', () => {
  const unbounded: Schema = { type: 'object', properties: { list: { type: 'array', items: { type: 'array', items: { type: 'string' } } } } };
  const check = (schema: Schema): string[] => checkRules(schema, 'schema').map(formatFieldError);

  test.each<[object | string, string]>([
    ['self.foo == 1', `undefined field 'foo'\n | self.foo == 1\n | .....^`],
    ['foo == 1', `undeclared reference to 'foo' (in container '')`],
    ['self.name == 1', "found no matching overload for '_==_' applied to '(string, int)'"],
    ['self.name ==', 'Syntax error: '],
    ['self.name', 'must evaluate to bool'],
    [{ rule: 'true', optionalOldSelf: true }, 'may not be set if oldSelf is not used in rule'],
    [{ rule: ' ' }, 'rule is not specified'],
  ])('%j is refused', (rule, text) => {
    expect(check(withRule(rule)).join()).toContain(text);
    expect(check(withRule(rule)).join()).toContain('schema.properties[spec].x-kubernetes-validations[0].');
  });

  test('a rule that may cost too much is refused, until there are limits', () => {
    const rule = { rule: 'self.list.all(x, x.all(y, self.list.all(z, z.all(u, u == y))))' };
    expect(check({ ...unbounded, 'x-kubernetes-validations': [rule] })[0]).toBe(
      'schema.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)',
    );
    const bounded: Schema = { type: 'object', properties: { list: { type: 'array', maxItems: 5, items: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 5 } } } } };
    expect(check({ ...bounded, 'x-kubernetes-validations': [rule] })).toEqual([]);
  });

  test('what was before cannot be asked of items that cannot be told apart', () => {
    const items: Schema = { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    expect(check({ type: 'object', properties: { l: { type: 'array', maxItems: 5, items } } }).join()).toContain('oldSelf cannot be used on the uncorrelatable portion of the schema');
  });

  test('the root knows the name of its object', () => {
    const schema: Schema = { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.metadata.name.startsWith("a")' }] };
    expect(check(schema)).toEqual([]);
    expect(compileSchema(schema, { compileRules }).validate({ metadata: { name: 'b' } }).map(formatFieldError)).toEqual(['<nil>: Invalid value: "object": failed rule: self.metadata.name.startsWith("a")']);
  });
});
