import { typeErrors } from './check-types';
import { canonical } from './codec';
import { compareObjects } from './compare';
import { formatPath } from './path-element';
import { pathsOf, type FieldSet } from './field-set';
import { mergeObjects } from './merge';
import { fieldsOf } from './object-fields';
import { extractFields, removeFields } from './remove-fields';
import { thing } from './testing';

const paths = (set: FieldSet): string => [...pathsOf(canonical(set))].map(formatPath).join(' ');

describe('comparison', () => {
  const rows: [name: string, before: object, after: object, added: string, removed: string, modified: string][] = [
    ['equal', { spec: { replicas: 1 } }, { spec: { replicas: 1 } }, '', '', ''],
    ['a scalar changes', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, '', '', '.spec.replicas'],
    ['a scalar comes', { spec: {} }, { spec: { replicas: 2 } }, '.spec.replicas', '', ''],
    ['a struct that is always there comes with what is in it', {}, { spec: { replicas: 2 } }, '.spec.replicas', '', ''],
    ['a struct comes', { spec: {} }, { spec: { template: { note: 'a' } } }, '.spec.template .spec.template.note', '', ''],
    ['a struct goes', { spec: { template: { note: 'a' } } }, { spec: {} }, '', '.spec.template .spec.template.note', ''],
    ['an empty struct comes', { spec: {} }, { spec: { template: {} } }, '.spec.template', '', ''],
    ['a map comes', { metadata: {} }, { metadata: { labels: { a: 'b' } } }, '.metadata.labels .metadata.labels.a', '', ''],
    ['a key comes', { metadata: { labels: { a: 'b' } } }, { metadata: { labels: { a: 'b', c: 'd' } } }, '.metadata.labels.c', '', ''],
    ['a key goes', { metadata: { labels: { a: 'b', c: 'd' } } }, { metadata: { labels: { a: 'b' } } }, '', '.metadata.labels.c', ''],
    ['an atomic list changes', { spec: { args: ['a'] } }, { spec: { args: ['a', 'b'] } }, '', '', '.spec.args'],
    ['an atomic map changes', { spec: { selector: { a: 'b' } } }, { spec: { selector: { a: 'c' } } }, '', '', '.spec.selector'],
    ['a set changes', { spec: { zones: ['a', 'b'] } }, { spec: { zones: ['b', 'c'] } }, '.spec.zones[="c"]', '.spec.zones[="a"]', ''],
    ['the order of a set changes', { spec: { zones: ['a', 'b'] } }, { spec: { zones: ['b', 'a'] } }, '', '', ''],
    [
      'an item comes, with what it always has',
      { spec: { containers: [] } },
      { spec: { containers: [{ name: 'a', image: 'x' }] } },
      '.spec.containers[name="a"] .spec.containers[name="a"].image .spec.containers[name="a"].name .spec.containers[name="a"].resources',
      '',
      '',
    ],
    ['an item changes', { spec: { containers: [{ name: 'a', image: 'x' }] } }, { spec: { containers: [{ name: 'a', image: 'y' }] } }, '', '', '.spec.containers[name="a"].image'],
    [
      'items change places and one goes',
      { status: { conditions: [{ type: 'A' }, { type: 'B' }] } },
      { status: { conditions: [{ type: 'B' }] } },
      '',
      '.status.conditions[type="A"] .status.conditions[type="A"].type',
      '',
    ],
    ['twins are one', { status: { conditions: [{ type: 'A' }] } }, { status: { conditions: [{ type: 'A' }, { type: 'A', status: 'x' }] } }, '', '', '.status.conditions[type="A"]'],
    ['a missing key has its fallback', { spec: { containers: [{ name: 'a', ports: [{ port: 1 }] }] } }, { spec: { containers: [{ name: 'a', ports: [{ port: 1, note: 'n' }] }] } }, '.spec.containers[name="a"].ports[port=1,protocol="TCP"].note', '', ''],
    ['without schema maps merge', { spec: { free: { a: { b: 1 } } } }, { spec: { free: { a: { b: 1, c: 2 } } } }, '.spec.free.a.c', '', ''],
    ['without schema lists do not', { spec: { free: { a: [1] } } }, { spec: { free: { a: [1, 2] } } }, '', '', '.spec.free.a'],
    ['without schema a map becomes a scalar', { spec: { free: { a: { b: 1 } } } }, { spec: { free: { a: 1 } } }, '', '.spec.free.a.b', '.spec.free.a'],
    ['null and nothing in it differ', { spec: { free: {} } }, { spec: { free: null } }, '', '', '.spec.free'],
  ];
  it.each(rows)('%s', (_, before, after, ...expected) => {
    const { added, removed, modified } = compareObjects(before, after, thing);
    expect([added, removed, modified].map(paths)).toEqual(expected);
  });
});

describe('fields of a configuration', () => {
  const rows: [name: string, config: object, expected: string][] = [
    ['scalars', { spec: { replicas: 1 } }, '.spec.replicas'],
    ['keys of maps, not the map', { metadata: { labels: { a: 'b' } } }, '.metadata.labels.a'],
    ['an empty map', { metadata: { labels: {} } }, '.metadata.labels'],
    ['an empty list is nothing', { spec: { containers: [] } }, ''],
    ['an empty atomic list is one', { spec: { args: [] } }, '.spec.args'],
    ['items and what is in them', { spec: { containers: [{ name: 'a' }] } }, '.spec.containers[name="a"] .spec.containers[name="a"].name'],
    ['null', { spec: { replicas: null } }, '.spec.replicas'],
    ['keys without schema', { spec: { free: { a: { b: 1 } } } }, '.spec.free.a .spec.free.a.b'],
  ];
  it.each(rows)('%s', (_, config, expected) => {
    expect(paths(fieldsOf(config, thing))).toBe(expected);
  });
});

describe('merge', () => {
  const named = (...names: string[]): object => ({ spec: { containers: names.map((name) => ({ name })) } });
  const rows: [name: string, live: object, config: object, expected: object][] = [
    ['scalars', { spec: { replicas: 1, args: ['a'] } }, { spec: { replicas: 2 } }, { spec: { replicas: 2, args: ['a'] } }],
    ['atomic lists are replaced', { spec: { args: ['a', 'b'] } }, { spec: { args: ['c'] } }, { spec: { args: ['c'] } }],
    ['atomic maps are replaced', { spec: { selector: { a: 'b' } } }, { spec: { selector: { c: 'd' } } }, { spec: { selector: { c: 'd' } } }],
    ['sets are united', { spec: { zones: ['a', 'b'] } }, { spec: { zones: ['c'] } }, { spec: { zones: ['a', 'b', 'c'] } }],
    ['items by key', { spec: { containers: [{ name: 'a', image: 'x' }] } }, { spec: { containers: [{ name: 'a', args: ['1'] }] } }, { spec: { containers: [{ name: 'a', image: 'x', args: ['1'] }] } }],
    ['the order of the configuration', named('a', 'b', 'c'), named('c', 'a'), named('b', 'c', 'a')],
    ['live items before the next common one', named('1', 'a', '2', 'b', '3'), named('a', 'b'), named('1', 'a', '2', 'b', '3')],
    ['new items after live ones', named('a', 'x'), named('a', 'n'), named('a', 'x', 'n')],
    ['new items first', named('a'), named('n', 'a'), named('n', 'a')],
    ['null keeps lists', named('a'), { spec: { containers: null } }, named('a')],
    ['null is a value of a scalar', { spec: { replicas: 1 } }, { spec: { replicas: null } }, { spec: { replicas: null } }],
  ];
  it.each(rows)('%s', (_, live, config, expected) => {
    expect(mergeObjects(live, config, thing)).toEqual(expected);
  });
});

describe('removal and extraction', () => {
  const object = { metadata: { labels: { a: '1', b: '2' } }, spec: { args: ['x'], zones: ['a', 'b'], containers: [{ name: 'a', image: 'x' }, { name: 'b', image: 'y' }] } };
  const rows: [name: string, config: object, without: object, only: object][] = [
    ['a key', { metadata: { labels: { a: '' } } }, { ...object, metadata: { labels: { b: '2' } } }, { metadata: { labels: { a: '1' } } }],
    ['an atomic list', { spec: { args: [] } }, { ...object, spec: { zones: object.spec.zones, containers: object.spec.containers } }, { spec: { args: ['x'] } }],
    ['an item of a set', { spec: { zones: ['a'] } }, { ...object, spec: { ...object.spec, zones: ['b'] } }, { spec: { zones: ['a'] } }],
    ['an item', { spec: { containers: [{ name: 'a' }] } }, { ...object, spec: { ...object.spec, containers: [{ name: 'b', image: 'y' }] } }, { spec: { containers: [{ name: 'a' }] } }],
    ['everything', object, {}, object],
  ];
  it.each(rows)('%s', (_, config, without, only) => {
    const set = fieldsOf(config, thing);
    expect(removeFields(object, set, thing)).toEqual(without);
    expect(extractFields(object, set, thing)).toEqual(only);
  });
});

describe('types', () => {
  const rows: [config: object, error: string][] = [
    [{ foo: 1 }, '.foo: field not declared in schema'],
    [{ spec: { replicas: '1' } }, '.spec.replicas: expected numeric (int or float), got string'],
    [{ spec: { containers: [{ name: 'a' }, { name: 'a' }] } }, '.spec.containers: duplicate entries for key [name="a"]'],
    [
      { spec: { containers: [{ image: 'a' }] } },
      '.spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [{ spec: { containers: [{ name: 'a', foo: 1 }] } }, '.spec.containers[name="a"].foo: field not declared in schema'],
  ];
  it.each(rows)('%j', (config, error) => {
    expect(typeErrors(config, thing)).toEqual([error]);
  });
});
