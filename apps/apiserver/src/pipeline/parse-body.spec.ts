import { parseJsonStrict } from './parse-body';

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
