import type { FlowSchema } from '@typernetes/api';
import { danglingCondition } from './dangling';

const schema = (conditions: NonNullable<FlowSchema['status']>['conditions'] = []): FlowSchema => ({ spec: { priorityLevelConfiguration: { name: 'l' } }, status: { conditions } });
const reference = 'This FlowSchema references the PriorityLevelConfiguration object named "l"';
const found = { type: 'Dangling', status: 'False', lastTransitionTime: 'before', reason: 'Found', message: `${reference} and it exists` };
const lost = { type: 'Dangling', status: 'True', lastTransitionTime: 'now', reason: 'NotFound', message: `${reference} but there is no such object` };

test('a schema knows whether its level exists, since when it does', () => {
  expect(danglingCondition(schema(), false, 'now')).toEqual(lost);
  expect(danglingCondition(schema([found]), true, 'now')).toBeUndefined();
  expect(danglingCondition(schema([found]), false, 'now')).toEqual(lost);
  expect(danglingCondition(schema([{ ...found, message: 'other' }]), true, 'now')).toEqual(found);
});
