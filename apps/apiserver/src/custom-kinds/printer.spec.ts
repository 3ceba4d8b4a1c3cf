import type { CustomResourceColumnDefinition } from '@typernetes/api';
import { customPrinter } from './printer';

const object = {
  metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { text: 'x', count: 3.7, ratio: 0.5, isOn: false, list: [1, { a: 2 }], at: '2025-12-31T23:00:00Z', bad: 'soon', nothing: null },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};
const nowMs = Date.UTC(2026, 0, 1, 0, 5);

const cell = (type: string, jsonPath: string): unknown => customPrinter([{ name: 'C', type, jsonPath }]).row(object, nowMs)[1];

it.each<[string, string, unknown]>([
  ['string', '.spec.text', 'x'],
  ['string', '.spec.count', '3.7'],
  ['string', '.spec.list', '[1,{"a":2}]'],
  ['string', '.spec.list[*]', '1'],
  ['string', '.status.conditions[?(@.type=="Ready")].status', 'True'],
  ['string', '.spec.missing', null],
  ['string', '.spec.nothing', null],
  ['string', '.spec[', null],
  ['integer', '.spec.count', 3],
  ['integer', '.spec.text', null],
  ['number', '.spec.ratio', 0.5],
  ['boolean', '.spec.isOn', false],
  ['boolean', '.spec.text', null],
  ['date', '.spec.at', '65m'],
  ['date', '.spec.bad', '<invalid>'],
])('a column of type %s at %s shows %j', (type, path, expected) => expect(cell(type, path)).toBe(expected));

it('shows the name first, and the age when nothing is declared', () => {
  const { columns, row } = customPrinter();
  expect([columns.map(({ name, type, format }) => `${name} ${type} ${format}`), row(object, nowMs)]).toEqual([['Name string name', 'Age date '], ['a', '5m']]);
  const own: CustomResourceColumnDefinition = { name: 'Text', type: 'string', jsonPath: '.spec.text', priority: 1, description: 'd', format: 'byte' };
  expect(customPrinter([own]).columns[1]).toEqual({ name: 'Text', type: 'string', priority: 1, description: 'd', format: 'byte' });
});
