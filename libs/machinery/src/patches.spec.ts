import { deepCopy, isJsonObject } from './deep-copy';
import { applyJsonPatch } from './json-patch';
import { applyMergePatch } from './merge-patch';
import type { PatchSchema } from './patch-schema';
import { seededRandom } from './random';
import { applyStrategicMergePatch } from './strategic-merge-patch';

describe('JSON merge patch (the examples of RFC 7386)', () => {
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a', 'b'], ['c', 'd'], ['c', 'd']],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j + %j = %j', (original, patch, expected) => {
    const [before, patchBefore] = [deepCopy(original), deepCopy(patch)];
    expect(applyMergePatch(original, patch)).toEqual(expected);
    expect([original, patch]).toEqual([before, patchBefore]);
  });
});

describe('JSON patch', () => {
  const original = { a: 1, list: ['x', 'y'] };
  test.each<[string, unknown[], unknown]>([
    ['add', [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2, list: ['x', 'y'] }],
    ['append', [{ op: 'add', path: '/list/-', value: 'z' }], { a: 1, list: ['x', 'y', 'z'] }],
    ['remove', [{ op: 'remove', path: '/list/0' }], { a: 1, list: ['y'] }],
    ['test and replace', [{ op: 'test', path: '/a', value: 1 }, { op: 'replace', path: '/a', value: 3 }], { a: 3, list: ['x', 'y'] }],
  ])('%s', (_name, patch, expected) => {
    expect(applyJsonPatch(original, patch)).toEqual(expected);
    expect(original).toEqual({ a: 1, list: ['x', 'y'] });
  });

  test.each<[string, unknown, number]>([
    ['a failed test', [{ op: 'test', path: '/a', value: 2 }], 422],
    ['a missing path', [{ op: 'remove', path: '/z' }], 422],
    ['a missing parent', [{ op: 'add', path: '/y/z', value: 1 }], 422],
    ['an unknown operation', [{ op: 'shake', path: '/a' }], 422],
    ['no list', { op: 'remove', path: '/a' }, 400],
    ['too many operations', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })), 413],
  ])('%s', (_name, patch, code) => expect(() => applyJsonPatch(original, patch)).toThrow(expect.objectContaining({ code })));

  test('prototypes are out of reach', () => {
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }])).toThrow();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  strategy?: string[];
  key?: string;
}

const schemaOf = ({ properties, items, strategy, key }: Shape): PatchSchema => ({
  property: (name) => (properties?.[name] ? schemaOf(properties[name]) : undefined),
  ...(items ? { items: schemaOf(items) } : {}),
  ...(strategy ? { patchStrategy: strategy } : {}),
  ...(key ? { patchMergeKey: key } : {}),
});

const container: Shape = { properties: { env: { strategy: ['merge'], key: 'name', items: {} } } };
const schema = schemaOf({
  properties: {
    containers: { strategy: ['merge'], key: 'name', items: container },
    volumes: { strategy: ['merge', 'retainKeys'], key: 'name', items: {} },
    finalizers: { strategy: ['merge'] },
    args: {},
    selector: { strategy: ['replace'] },
    strategy: { strategy: ['retainKeys'] },
  },
});

describe('strategic merge patch', () => {
  test.each<[string, object, object, object]>([
    ['fields merge', { a: 1, b: { c: 1 } }, { b: { d: 2 } }, { a: 1, b: { c: 1, d: 2 } }],
    ['null removes', { a: 1, b: 2 }, { a: null, x: null }, { b: 2 }],
    ['nulls in new objects vanish', {}, { b: { c: null, d: 1 } }, { b: { d: 1 } }],
    ['a replace field is replaced', { selector: { a: 1 } }, { selector: { b: 2 } }, { selector: { b: 2 } }],
    ['atomic lists are replaced', { args: ['a', 'b'] }, { args: ['c'] }, { args: ['c'] }],
    ['unknown lists are replaced', { other: [{ a: 1 }] }, { other: [] }, { other: [] }],
    ['lists merge by key', { containers: [{ name: 'a', image: '1', tty: true }] }, { containers: [{ name: 'a', image: '2' }] }, { containers: [{ name: 'a', image: '2', tty: true }] }],
    ['new items go first when nothing says where', { containers: [{ name: 'a' }] }, { containers: [{ name: 'b' }] }, { containers: [{ name: 'b' }, { name: 'a' }] }],
    [
      'nested lists merge too',
      { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] },
      { containers: [{ name: 'a', env: [{ name: 'X', value: null, valueFrom: {} }] }] },
      { containers: [{ name: 'a', env: [{ name: 'X', valueFrom: {} }] }] },
    ],
    ['items are deleted', { containers: [{ name: 'a' }, { name: 'b' }] }, { containers: [{ $patch: 'delete', name: 'a' }] }, { containers: [{ name: 'b' }] }],
    ['deleting from nothing leaves nothing', {}, { containers: [{ $patch: 'delete', name: 'a' }] }, { containers: [] }],
    ['a list is replaced', { containers: [{ name: 'a' }] }, { containers: [{ $patch: 'replace' }, { name: 'c' }] }, { containers: [{ name: 'c' }] }],
    ['a map is replaced', { b: { c: 1 } }, { b: { $patch: 'replace', d: 1 } }, { b: { d: 1 } }],
    ['a map is emptied', { b: { c: 1 } }, { b: { $patch: 'delete' } }, { b: {} }],
    ['merge is the default', { b: { c: 1 } }, { b: { $patch: 'merge', d: 1 } }, { b: { c: 1, d: 1 } }],
    ['primitives merge as a set', { finalizers: ['a'] }, { finalizers: ['b', 'a'] }, { finalizers: ['b', 'a'] }],
    ['primitives are deleted', { finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }, { finalizers: ['b'] }],
    ['retainKeys clears the others', { strategy: { type: 'RollingUpdate', rollingUpdate: {} } }, { strategy: { $retainKeys: ['type'], type: 'Recreate' } }, { strategy: { type: 'Recreate' } }],
    ['retainKeys in an item', { volumes: [{ name: 'v', emptyDir: {} }] }, { volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'v', hostPath: {} }] }, { volumes: [{ name: 'v', hostPath: {} }] }],
    [
      'the order is set',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }], containers: [{ name: 'c' }] },
      { containers: [{ name: 'b' }, { name: 'c' }, { name: 'a' }] },
    ],
    ['the order alone', { finalizers: ['a', 'b'] }, { '$setElementOrder/finalizers': ['b', 'a'] }, { finalizers: ['b', 'a'] }],
    [
      'what only the server has keeps its place',
      { containers: [{ name: 'a' }, { name: 's' }, { name: 'b' }] },
      { '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [{ name: 'a', image: '1' }] },
      { containers: [{ name: 'a', image: '1' }, { name: 's' }, { name: 'b' }] },
    ],
  ])('%s', (_name, original, patch, expected) => {
    const before = deepCopy([original, patch]);
    expect(applyStrategicMergePatch(original, patch, schema)).toEqual(expected);
    expect([original, patch]).toEqual(before);
  });

  test.each<[string, object, string]>([
    ['an unknown directive', { b: { $patch: 'turn' } }, 'unknown patch type: turn in map: {}'],
    ['no merge key', { containers: [{ image: 'x' }] }, 'map: {"image":"x"} does not contain declared merge key: name'],
    ['retainKeys that do not match', { strategy: { $retainKeys: ['type'], rollingUpdate: {} } }, "patch content doesn't match retainKeys list"],
    ['an order that the items do not keep', { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] }, 'The order in patch list:'],
    ['a directive of another form', { $retainKeys: 'x' }, 'invalid patch format of retainKeys'],
  ])('%s', (_name, patch, message) => expect(() => applyStrategicMergePatch({}, patch, schema)).toThrow(message));

  test('a plain patch of objects without lists is a merge patch, for random ones', () => {
    const random = seededRandom(7);
    const value = (depth: number): unknown => {
      const pick = random.next();
      if (depth === 0 || pick < 0.4) return Math.floor(pick * 10);
      return Object.fromEntries(['a', 'b', 'c'].filter(() => random.next() < 0.6).map((key) => [key, random.next() < 0.2 ? null : value(depth - 1)]));
    };
    let checked = 0;
    while (checked < 300) {
      const [original, patch] = [value(3), value(3)];
      if (!isJsonObject(original) || !isJsonObject(patch)) continue;
      expect(applyStrategicMergePatch(original, patch, schema)).toEqual(applyMergePatch(original, patch));
      checked++;
    }
  });
});
