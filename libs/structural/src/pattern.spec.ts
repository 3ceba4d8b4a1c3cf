import { compilePattern } from './pattern';

test.each([
  ['^a+$', 'aa', 'b'],
  ['(?i)^abc$', 'ABC', 'abd'],
  ['\\Aabc\\z', 'abc', 'xabc'],
  ['^(?P<name>x)$', 'x', 'y'],
  ['^[[:alpha:]_]+$', 'a_b', 'a1'],
  ['^[\\-\\_a]+$', 'a-_', 'b'],
  ['^.$', '😀', 'ab'],
  ['^\\\\A$', '\\A', 'A'],
  ['^\\pL+$', 'aé', '1'],
  ['^\\x{1F600}$', '😀', 'x'],
  ['^[(?=]+$', '(?=', 'a'],
  ['^\\(?=$', '(=', '?'],
])('%s', (pattern, matching, other) => {
  const regex = compilePattern(pattern);
  expect([regex.test(matching), regex.test(other)]).toEqual([true, false]);
});

test.each(['(', 'a(?=b)', '(?!a)b', '(?<=a)b', '(?<!a)b', '(a)\\1'])('%s is refused', (pattern) => expect(() => compilePattern(pattern)).toThrow(SyntaxError));
