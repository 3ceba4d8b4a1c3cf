import { parseJsonStrict, problemsInOrder } from './parse-body';
import { parseYamlStrict } from './parse-yaml';

describe('parseJsonStrict', () => {
  it.each([
    ['nothing twice', '{"a":{"a":1},"b":[{"a":1},{"a":2}]}', []],
    ['a field twice', '{"a":1,"b":2,"a":3}', ['duplicate field "a"']],
    ['deeper', '{"spec":{"containers":[{"name":"a"},{"name":"b","name":"c"}]}}', ['duplicate field "spec.containers[1].name"']],
    ['text that looks like fields', '{"a":"\\"a\\":1,","b":"{"}', []],
  ])('%s', (_, text, duplicates) => {
    const parsed = parseJsonStrict(text);
    expect(parsed.error === undefined && parsed.duplicates).toEqual(duplicates);
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{a}', "invalid character 'a' looking for beginning of value"],
    ['<xml>', "invalid character '<' looking for beginning of value"],
  ])('explains %j', (text, error) => {
    expect(parseJsonStrict(text).error).toBe(error);
  });
});

describe('problemsInOrder', () => {
  it.each([
    ['nothing', '{"a":1}', [], []],
    ['unknown alone', '{"a":1}', ['a'], ['unknown field "a"']],
    ['in the order of the text', '{"a":1,"b":2,"b":3,"c":4}', ['a', 'c'], ['unknown field "a"', 'duplicate field "b"', 'unknown field "c"']],
    ['an unknown field twice', '{"a":1,"a":2,"b":{"c":1,"c":2}}', ['a'], ['unknown field "a"', 'duplicate field "b.c"']],
    ['duplicates inside of what is unknown', '{"a":{"b":1,"b":2},"l":[{"x":1,"x":2}]}', ['a'], ['unknown field "a"', 'duplicate field "l[0].x"']],
  ])('%s', (_, text, unknown, expected) => {
    const parsed = parseJsonStrict(text);
    expect(problemsInOrder(text, parsed.error === undefined ? parsed.duplicates : [], unknown)).toEqual(expected);
  });
});

describe('parseYamlStrict', () => {
  it('takes the last of two equal keys and says where they are', () => {
    expect(parseYamlStrict('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n')).toEqual({
      value: { a: 3, b: { c: 2 } },
      duplicates: 'yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map',
    });
  });

  it('refuses what is no YAML', () => expect(() => parseYamlStrict('a: [1\nb: {')).toThrow());
});
