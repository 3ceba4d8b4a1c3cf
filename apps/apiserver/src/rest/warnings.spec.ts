import { validateHeaderValue } from 'node:http';
import { warningHeaders } from './warnings';

const textOf = (header: string): string => Buffer.from(header, 'latin1').toString();

it.each([
  ['plain', '299 - "plain"'],
  ['unknown field "a\\b"', '299 - "unknown field \\"a\\\\b\\""'],
  ['two\r\nlines\u0000', '299 - "two  lines "'],
  ['неизвестное поле 字段 \u{1F600} \u2028', '299 - "неизвестное поле 字段 \u{1F600} \u2028"'],
])('%j', (text, expected) => {
  const headers = warningHeaders([text]);
  expect(headers.map(textOf)).toEqual([expected]);
  for (const header of headers) expect(() => validateHeaderValue('warning', header)).not.toThrow();
});

it('says the same only once', () => expect(warningHeaders(['a', 'b', 'a'])).toEqual(['299 - "a"', '299 - "b"']));

it('says everything up to 4096 characters', () => {
  expect(warningHeaders(['x'.repeat(4_096)])).toEqual([`299 - "${'x'.repeat(4_096)}"`]);
});

it('cuts each text where all are too long, and leaves out the last ones', () => {
  const headers = warningHeaders(Array.from({ length: 100 }, (_, i) => String.fromCodePoint(0x4e00 + i).repeat(300)));
  expect(headers).toHaveLength(16);
  expect(textOf(headers[0] as string)).toBe(`299 - "${'\u4e00'.repeat(256)}"`);
});
