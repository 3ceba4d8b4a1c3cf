import { compileExpression } from './compile';
import { newEnvironment } from './environment';
import { rewriteInitializers } from './initializers';
import { allowMutations, toJson, typeNameErrors } from './objects';

it.each([
  ['a == {"b": 1}', 'a == {"b": 1}'],
  ['1 in {1: 2}', '1 in {1: 2}'],
  ['Object{}', '__make("Object", {})'],
  ['Object.spec{replicas: 3, ?paused: optional.none()}', '__make("Object.spec", {"replicas": 3, "?paused": optional.none()})'],
  ['Object{ // {\n metadata: Object.metadata{`a/b`: "}{x: 1"}}', '__make("Object", { // {\n "metadata": __make("Object.metadata", {"a/b": "}{x: 1"})})'],
  ['Object{a: {"b": x ? y : z}, c: [Object.c{d: 1}]}', '__make("Object", {"a": {"b": x ? y : z}, "c": [__make("Object.c", {"d": 1})]})'],
])('%j is read as %j', (source, text) => expect(rewriteInitializers(source).text).toBe(text));

describe('mutations', () => {
  const environment = allowMutations(newEnvironment().registerVariable('object', 'dyn'));
  const run = (source: string, returns: string[], object: unknown = new Map()): unknown => compileExpression(source, environment, returns).evaluate({ object });

  it.each<[string, unknown]>([
    ['Object{spec: Object.spec{replicas: 1 + 2, labels: {"a": "b"}, on: true, list: [Object.spec.list{x: 1.5}]}}', { spec: { replicas: 3, labels: { a: 'b' }, on: true, list: [{ x: 1.5 }] } }],
    ['Object{?a: optional.of("x"), ?b: optional.none()}', { a: 'x' }],
    ['has(object.x) ? Object{} : Object{metadata: Object.metadata{name: string(size(object))}}', { metadata: { name: '0' } }],
  ])('%s', (source, expected) => expect(toJson(run(source, ['Object']))).toEqual(expected));

  it.each<[string, unknown]>([
    ['[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a~/b"), value: {"c": 1}}]', [{ op: 'add', path: '/metadata/labels/a~0~1b', value: { c: 1 } }]],
    ['object == null ? [] : [JSONPatch{op: "remove", path: "/x"}] + [JSONPatch{op: "test", path: "/y", value: null}]', [{ op: 'remove', path: '/x' }, { op: 'test', path: '/y', value: null }]],
    ['["a", "b"].map(k, JSONPatch{op: JSONPatch{op: k}.op, path: k})', [{ op: 'a', path: 'a' }, { op: 'b', path: 'b' }]],
  ])('%s', (source, expected) => expect(toJson(run(source, ['list<JSONPatch>']))).toEqual(expected));

  it.each([
    ['"teapot"', 'must evaluate to Object but got string'],
    ['Object.spec{}', 'must evaluate to Object but got Object.spec'],
    ['Objekt{}', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'Objekt' (in container '')"],
    ['Object{a: object.x + nothing}', "compilation failed: ERROR: <input>:1:22: undeclared reference to 'nothing' (in container '')\n | Object{a: object.x + nothing}\n | .....................^"],
    ['Object{a: }', 'compilation failed: ERROR: <input>:1:11: Syntax error'],
  ])('%s is refused: %s', (source, message) => expect(() => run(source, ['Object'])).toThrow(message));

  it.each([
    ['[JSONPatch{op: 1}]', "expected type of field 'op' is 'string' but provided type is 'int'"],
    ['[JSONPatch{operation: "add"}]', "undefined field 'operation'"],
    ['[1]', 'must evaluate to list(JSONPatch) but got list(int)'],
  ])('%s is refused: %s', (source, message) => expect(() => run(source, ['list<JSONPatch>'])).toThrow(message));

  it('are made nowhere else', () => expect(() => compileExpression('Object{}', newEnvironment())).toThrow("undeclared reference to 'Object'"));

  it('types are named by the place of their field', () => {
    expect(typeNameErrors(run('Object{spec: Object.spec{x: [Object.spec.x{}]}}', ['Object']))).toEqual([]);
    expect(typeNameErrors(run('Object{spec: Object.specx{}}', ['Object']))).toEqual(['unexpected type name "Object.specx", expected "Object.spec", which matches field name path from root Object type']);
  });
});
