import { scaledValue } from './int-or-percent';

describe('a number or a share', () => {
  test.each<[number | string | undefined, number, 'up' | 'down', number]>([
    [3, 10, 'up', 3],
    ['25%', 10, 'up', 3],
    ['25%', 10, 'down', 2],
    ['0%', 10, 'up', 0],
    ['100%', 7, 'down', 7],
    [undefined, 7, 'up', 0],
    ['many', 7, 'up', 0],
  ])('%s of %d rounded %s is %d', (value, total, round, expected) => expect(scaledValue(value, total, round)).toBe(expected));
});
