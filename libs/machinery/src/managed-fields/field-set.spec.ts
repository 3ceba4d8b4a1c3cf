import { seededRandom, type Random } from '../random';
import { canonical, decodeFieldSet } from './codec';
import { difference, emptySet, equalSets, intersection, intersects, isSubset, leaves, pathsOf, recursiveDifference, setOf, union, type FieldSet } from './field-set';

/** `a.b, a.k:{"name":"x"}`: paths separated by commas and blanks, elements by dots. */
const parse = (text: string): FieldSet =>
  setOf(
    text
      .split(', ')
      .filter(Boolean)
      .map((path) => path.split('.').map((name) => (name.includes(':') ? name : `f:${name}`))),
  );
const format = (set: FieldSet): string => [...pathsOf(canonical(set))].map((path) => path.map((element) => element.replace(/^f:/, '')).join('.')).join(', ');

describe('set operations', () => {
  it.each([
    ['a.b', 'a.c', 'a.b, a.c', '', 'a.b', 'a.b'],
    ['a', 'a.b', 'a, a.b', '', 'a', 'a'],
    ['a, a.b', 'a', 'a, a.b', 'a', 'a.b', ''],
    ['a, a.b, a.c', 'a.b', 'a, a.b, a.c', 'a.b', 'a, a.c', 'a, a.c'],
    ['', 'a', 'a', '', '', ''],
    ['a.b.c', 'a', 'a, a.b.c', '', 'a.b.c', ''],
    ['l.k:{"name":"x"}, l.k:{"name":"x"}.image', 'l.k:{"name":"x"}', 'l.k:{"name":"x"}, l.k:{"name":"x"}.image', 'l.k:{"name":"x"}', 'l.k:{"name":"x"}.image', ''],
  ])('%s with %s', (left, right, ...expected) => {
    const [a, b] = [parse(left), parse(right)];
    expect([union(a, b), intersection(a, b), difference(a, b), recursiveDifference(a, b)].map(format)).toEqual(expected);
  });

  it('keeps sets that do not change', () => {
    const set = parse('a.b, c');
    expect(difference(set, parse('x'))).toBe(set);
    expect(recursiveDifference(set, emptySet)).toBe(set);
    expect(union(set, emptySet)).toBe(set);
  });

  it('reads a set as its leaves', () => {
    expect(format(leaves(parse('a, a.b, c.d, c.d.e')))).toBe('a.b, c.d.e');
  });
});

const elements = ['f:a', 'f:b', 'k:{"name":"x"}', 'v:1', 'i:0'];

function randomSet(random: Random): FieldSet {
  const paths = Array.from({ length: Math.floor(random.next() * 8) }, () =>
    Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => elements[Math.floor(random.next() * elements.length)] ?? ''),
  );
  return setOf(paths);
}

const asTexts = (set: FieldSet): Set<string> => new Set([...pathsOf(set)].map((path) => path.join('/')));

it.each([1, 2, 3])('agrees with sets of paths (seed %i)', (seed) => {
  const random = seededRandom(seed);
  for (let round = 0; round < 300; round++) {
    const [a, b] = [randomSet(random), randomSet(random)];
    const [left, right] = [asTexts(a), asTexts(b)];
    const filtered = (keep: (path: string) => boolean): Set<string> => new Set([...left].filter(keep));
    const isBelow = (path: string): boolean => [...right].some((other) => path === other || path.startsWith(`${other}/`));
    expect(asTexts(union(a, b))).toEqual(new Set([...left, ...right]));
    expect(asTexts(intersection(a, b))).toEqual(filtered((path) => right.has(path)));
    expect(asTexts(difference(a, b))).toEqual(filtered((path) => !right.has(path)));
    expect(asTexts(recursiveDifference(a, b))).toEqual(filtered((path) => !isBelow(path)));
    expect(intersects(a, b)).toBe(filtered((path) => right.has(path)).size > 0);
    expect(isSubset(a, b)).toBe([...left].every((path) => right.has(path)));
    expect(equalSets(union(a, b), union(b, a))).toBe(true);
    expect(equalSets(union(difference(a, b), intersection(a, b)), a)).toBe(true);
    const encoded: unknown = JSON.parse(JSON.stringify(canonical(a)));
    expect(JSON.stringify(decodeFieldSet(encoded))).toBe(JSON.stringify(canonical(a)));
  }
});
