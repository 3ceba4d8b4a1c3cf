import { holds } from './wait-for';
import type { ApiObject, WaitCondition } from './types';

const ready: ApiObject = { status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Synced', status: 'False' }] } };

test.each<[string, ApiObject | undefined, WaitCondition, boolean]>([
  ['a condition that is True', ready, 'Ready', true],
  ['a condition that is False', ready, 'Synced', false],
  ['a condition that is not there', ready, 'Available', false],
  ['a condition of nothing', undefined, 'Ready', false],
  ['an object without status', {}, 'Ready', false],
  ['Exists', {}, 'Exists', true],
  ['Exists of nothing', undefined, 'Exists', false],
  ['Deleted', undefined, 'Deleted', true],
  ['Deleted while it is there', {}, 'Deleted', false],
  ['a function', { spec: 1 }, ({ spec }) => spec === 1, true],
])('%s', (_what, object, condition, expected) => {
  expect(holds(object, condition)).toBe(expected);
});
