import { canonical, decodeFieldSet } from './codec';
import { canonicalElement, compareValues, formatPath, keyElement, valueElement } from './path-element';

describe('fieldsV1', () => {
  it.each([
    ['fields before keys before values before indexes', '{"i:1":{},"v:1":{},"k:{\\"a\\":1}":{},"f:z":{}}', '{"f:z":{},"k:{\\"a\\":1}":{},"v:1":{},"i:1":{}}'],
    ['names by bytes', '{"f:b":{},"f:B":{},"f:a":{}}', '{"f:B":{},"f:a":{},"f:b":{}}'],
    ['the node itself first', '{"f:a":{"f:b":{},".":{}}}', '{"f:a":{".":{},"f:b":{}}}'],
    ['the node alone as a leaf', '{"f:a":{".":{}}}', '{"f:a":{}}'],
    ['keys by the value, numbers as numbers', '{"k:{\\"port\\":443}":{},"k:{\\"port\\":80}":{}}', '{"k:{\\"port\\":80}":{},"k:{\\"port\\":443}":{}}'],
    ['names within keys', '{"k:{\\"protocol\\":\\"TCP\\",\\"containerPort\\":80}":{}}', '{"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{}}'],
    ['blanks in keys', '{"k:{ \\"a\\" : 1 }":{}}', '{"k:{\\"a\\":1}":{}}'],
    ['values by type', '{"v:null":{},"v:true":{},"v:\\"a\\"":{},"v:2":{},"v:[1]":{}}', '{"v:2":{},"v:\\"a\\"":{},"v:true":{},"v:[1]":{},"v:null":{}}'],
    ['indexes as numbers', '{"i:10":{},"i:9":{}}', '{"i:9":{},"i:10":{}}'],
  ])('orders %s', (_, given, expected) => {
    expect(JSON.stringify(decodeFieldSet(JSON.parse(given)))).toBe(expected);
  });

  it('leaves what is in order as it is', () => {
    const set = { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} };
    expect(canonical(set)).toBe(set);
  });

  it.each([['x:1'], ['f'], ['k:[]'], ['k:{'], ['i:a'], ['i:1.5'], ['v:']])('refuses %s', (element) => {
    expect(() => decodeFieldSet({ [element]: {} })).toThrow();
  });

  it.each([[null], [[]], ['a'], [{ 'f:a': 1 }]])('refuses %j as a set', (value) => {
    expect(() => decodeFieldSet(value)).toThrow('fieldsV1 is no object');
  });
});

it.each([
  [['f:spec', 'f:containers', 'k:{"name":"web"}', 'f:image'], '.spec.containers[name="web"].image'],
  [['f:ports', 'k:{"containerPort":80,"protocol":"TCP"}'], '.ports[containerPort=80,protocol="TCP"]'],
  [['f:metadata', 'f:finalizers', 'v:"a/b"'], '.metadata.finalizers[="a/b"]'],
  [['f:a', 'i:3'], '.a[3]'],
])('writes %j as %s', (path, expected) => {
  expect(formatPath(path)).toBe(expected);
});

it('makes elements in their canonical form', () => {
  expect(keyElement([['a', 'x"'], ['b', 1]])).toBe('k:{"a":"x\\"","b":1}');
  expect(valueElement('é')).toBe('v:"é"');
  expect(canonicalElement('v: 1')).toBe('v:1');
});

it('orders values of one type by themselves', () => {
  expect([3, 'b', [1, 2], { b: 1 }, null, true, [1], { a: 2 }, 'a', 1, false].sort(compareValues)).toEqual([1, 3, 'a', 'b', false, true, [1], [1, 2], { a: 2 }, { b: 1 }, null]);
});
