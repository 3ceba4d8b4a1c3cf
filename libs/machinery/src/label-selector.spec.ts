import type { LabelSelectorObject } from './label-selector';
import { noLabelSelector, selectorFromMap, selectorFromObject, validateLabelSelector } from './label-selector';
import { parseLabelSelector } from './label-selector-parser';
import { formatFieldError } from './field-error';
import { seededRandom } from './random';

describe('parsing label selectors', () => {
  test.each([
    ['', ''],
    ['a=b', 'a=b'],
    ['a==b', 'a==b'],
    ['a!=b', 'a!=b'],
    ['  b = c , a ', 'a,b=c'],
    ['!a', '!a'],
    ['x in (b,a)', 'x in (a,b)'],
    ['x notin (a)', 'x notin (a)'],
    ['x in (a,)', 'x in (,a)'],
    ['x>1,y<2', 'x>1,y<2'],
    ['a=', 'a='],
    ['in in (notin)', 'in in (notin)'],
    ['example.com/a=b', 'example.com/a=b'],
  ])('%j is %j', (text, expected) => expect(parseLabelSelector(text).toString()).toBe(expected));

  test.each([
    ['a=b,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in ()', "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['x>a', 'unable to parse requirement: values[0]: Invalid value: "a": for \'Gt\', \'Lt\' operators, the value must be an integer'],
  ])('%j fails: %s', (text, message) => expect(() => parseLabelSelector(text)).toThrow(message));

  test('a bad key and a bad value say where', () => {
    expect(() => parseLabelSelector('-a=b')).toThrow('unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of');
    expect(() => parseLabelSelector('a=-b')).toThrow('unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label must be');
  });
});

describe('matching labels', () => {
  const labels = { app: 'web', tier: '2' };
  test.each([
    ['app=web', true],
    ['app!=web', false],
    ['gone!=web', true],
    ['app in (api,web)', true],
    ['app notin (web)', false],
    ['gone notin (web)', true],
    ['app', true],
    ['!app', false],
    ['!gone', true],
    ['tier>1', true],
    ['tier<2', false],
    ['app>1', false],
    ['app=web,tier=3', false],
    ['', true],
    ['constructor', false],
  ])('%s: %s', (text, expected) => expect(parseLabelSelector(text).matches(labels)).toBe(expected));

  test('absent labels are no labels', () => expect(parseLabelSelector('!a').matches(undefined)).toBe(true));

  test.each<[string, LabelSelectorObject | undefined, boolean]>([
    ['absent matches nothing', undefined, false],
    ['empty matches all', {}, true],
    ['matchLabels', { matchLabels: { app: 'web' } }, true],
    ['both must hold', { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['2'] }] }, false],
    ['Exists', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    ['DoesNotExist', { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
  ])('object: %s', (_name, selector, expected) => expect(selectorFromObject(selector).matches(labels)).toBe(expected));

  test('an unknown operator', () => {
    expect(() => selectorFromObject({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toThrow('"Near" is not a valid label selector operator');
  });

  test('nothing is not everything', () => expect(noLabelSelector.isEmpty).toBe(false));

  test('text and back, for random maps', () => {
    const random = seededRandom(3);
    const word = (): string => 'abcdef'.charAt(Math.floor(random.next() * 6)).repeat(1 + Math.floor(random.next() * 3));
    for (let i = 0; i < 300; i++) {
      const [wanted, actual] = [{ [word()]: word() }, { [word()]: word(), [word()]: word() }] as Record<string, string>[];
      const slow = Object.entries(wanted ?? {}).every(([key, value]) => actual?.[key] === value);
      const selector = selectorFromMap(wanted ?? {});
      expect(selector.matches(actual)).toBe(slow);
      expect(parseLabelSelector(selector.toString()).matches(actual)).toBe(slow);
    }
  });
});

test.each<[string, LabelSelectorObject, string[]]>([
  ['fine', { matchLabels: { a: 'b' } }, []],
  ['In without values', { matchExpressions: [{ key: 'a', operator: 'In' }] }, ["s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"]],
  [
    'Exists with values',
    { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
    ["s.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"],
  ],
  ['unknown', { matchExpressions: [{ key: 'a', operator: 'X' }] }, ['s.matchExpressions[0].operator: Invalid value: "X": not a valid selector operator']],
])('validating a selector: %s', (_name, selector, expected) => expect(validateLabelSelector(selector, 's').map(formatFieldError)).toEqual(expected));
