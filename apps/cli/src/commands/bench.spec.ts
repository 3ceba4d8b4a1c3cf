import { percentile } from './bench';

it.each([
  [[5], 0.5, 5],
  [[1, 2, 3, 4, 100], 0.5, 3],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, 10],
])('percentile of %j at %d', (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});
