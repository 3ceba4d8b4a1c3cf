import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityErrorText,
  quantityToNumber,
  quantityValue,
} from './quantity';
import { seededRandom } from './random';

const canonical: [text: string, expected: string][] = [
  ['0', '0'],
  ['0Gi', '0'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['.5', '500m'],
  ['1.', '1'],
  ['1.5Gi', '1536Mi'],
  ['1024Mi', '1Gi'],
  ['512', '512'],
  ['1000', '1k'],
  ['1000Ki', '1000Ki'],
  ['1023Ki', '1023Ki'],
  ['100Ki', '100Ki'],
  ['0.5Ki', '512'],
  ['0.1Gi', '107374182400m'],
  ['1500k', '1500k'],
  ['2e3', '2e3'],
  ['2E3', '2e3'],
  ['1e-3', '1e-3'],
  ['12e2', '1200'],
  ['-1', '-1'],
  ['+1', '1'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['1E', '1E'],
  ['100E', '9223372036854775807'],
];

describe('quantities', () => {
  test.each(canonical)('%s is %s', (text, expected) => expect(canonicalQuantity(text)).toBe(expected));

  test.each(['', 'a', '1 ', '1gi', '1Ki5', '--1', '1.2.3', '.', 'e3', '1ee3', '1mi'])('%j is none', (text) => {
    expect(() => parseQuantity(text)).toThrow(quantityErrorText);
  });

  test('plain numbers round up', () => {
    expect(quantityToNumber('100m', 'one')).toBe(1);
    expect(quantityToNumber('1500u', 'milli')).toBe(2);
    expect(quantityToNumber('2', 'milli')).toBe(2000);
    expect(quantityToNumber('1Gi', 'one')).toBe(1_073_741_824);
    expect(quantityToNumber(3, 'one')).toBe(3);
  });

  test('canonical text keeps the value, for random ones', () => {
    const random = seededRandom(1);
    const suffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3'];
    for (let i = 0; i < 500; i++) {
      const text = `${Math.floor(random.next() * 10_000)}.${Math.floor(random.next() * 1000)}${suffixes[Math.floor(random.next() * suffixes.length)]}`;
      const first = parseQuantity(text);
      expect(parseQuantity(formatQuantity(first)).nanos).toBe(first.nanos);
    }
  });

  test('arithmetic', () => {
    const sum = addQuantities(parseQuantity('1Gi'), parseQuantity('512Mi'));
    expect(formatQuantity(sum)).toBe('1536Mi');
    expect(formatQuantity(addQuantities(parseQuantity('0'), parseQuantity('1Ki')))).toBe('1Ki');
    expect(compareQuantities(parseQuantity('1000m'), parseQuantity('1'))).toBe(0);
    expect(quantityValue(parseQuantity('-1500m'))).toBe(-1n);
  });
});
