import { escapeFieldValue, parseFieldSelector } from './field-selector';
import { seededRandom } from './random';

describe('field selectors', () => {
  const fields = { 'metadata.name': 'a', 'status.phase': 'Running' };
  test.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a', true],
    ['metadata.name!=a', false],
    ['metadata.name=a,status.phase!=Failed', true],
    ['metadata.name=a,status.phase=Failed', false],
    ['spec.nodeName=', true],
    ['spec.nodeName!=', false],
  ])('%j: %s', (text, expected) => expect(parseFieldSelector(text).matches(fields)).toBe(expected));

  test.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'"],
    ['a=b\\x', 'invalid field selector: invalid escape sequence: \\x'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
    ['a=b=c', 'invalid field selector: unescaped character in value: ='],
  ])('%j fails', (text, message) => expect(() => parseFieldSelector(text)).toThrow(message));

  test('any value can be escaped', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 300; i++) {
      const value = Array.from({ length: 6 }, () => '\\,=!ab'.charAt(Math.floor(random.next() * 6))).join('');
      const selector = parseFieldSelector(`x=${escapeFieldValue(value)},y=1`);
      expect(selector.requirements[0]?.value).toBe(value);
      expect(parseFieldSelector(selector.toString()).matches({ x: value, y: '1' })).toBe(true);
    }
  });
});
