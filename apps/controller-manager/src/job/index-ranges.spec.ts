import { IndexRanges } from './index-ranges';

test.each<[number[], string]>([
  [[], ''],
  [[0], '0'],
  [[1, 3, 4, 5, 7], '1,3-5,7'],
  [[5, 4, 4, 0, 1], '0-1,4-5'],
])('%j is written %s, and read back', (indexes, text) => {
  const ranges = IndexRanges.of(indexes);
  expect(ranges.toString()).toBe(text);
  const read = IndexRanges.parse(text, 100);
  expect([read.toString(), read.size]).toEqual([text, new Set(indexes).size]);
  for (let i = 0; i < 10; i++) expect(read.has(i)).toBe(indexes.includes(i));
});

test('what is beyond the limit is forgotten, what is no range skipped', () => expect(IndexRanges.parse('0-2,x,4-9,12', 6).toString()).toBe('0-2,4-5'));
test('grows', () => expect(IndexRanges.parse('1,3-5', 10).with([2, 4, 7]).toString()).toBe('1-5,7'));
test('shares', () => expect(IndexRanges.parse('0-3,6', 10).sharedWith(IndexRanges.parse('2-6', 10))).toBe(3));
