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
])('%s', (pattern, matching, other) => {
  const regex = compilePattern(pattern);
  expect([regex.test(matching), regex.test(other)]).toEqual([true, false]);
});

test('what is no pattern is refused', () => expect(() => compilePattern('(')).toThrow(SyntaxError));
