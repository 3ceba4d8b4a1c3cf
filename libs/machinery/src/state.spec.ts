import { isConditionTrue, removeCondition, setCondition, type Condition } from './conditions';
import { controllerOf, controllerReference, isControlledBy, isOwnedBy } from './owner-references';
import { isPodActive, isPodAvailable, isPodReady, isPodTerminal } from './pod-conditions';
import { formatMicroTime, formatTime, parseTime } from './time';

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

describe('time', () => {
  test('formats', () => {
    expect(formatTime(now)).toBe('2026-01-02T03:04:05Z');
    expect(formatMicroTime(now)).toBe('2026-01-02T03:04:05.678000Z');
  });
  test.each([
    ['2026-01-02T03:04:05Z', now - 678],
    ['2026-01-02T03:04:05.678Z', now],
    ['2026-01-02T04:04:05+01:00', now - 678],
    ['2026-04-31T00:00:00Z', undefined],
    ['2026-01-02', undefined],
    ['2026-01-02T25:00:00Z', undefined],
  ])('parses %s', (text, expected) => expect(parseTime(text)).toBe(expected));
});

describe('conditions', () => {
  const ready: Condition = { type: 'Ready', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' };
  test('a change of status moves the time', () => {
    expect(setCondition([ready], { type: 'Ready', status: 'False' }, now)).toEqual([{ ...ready, status: 'False', lastTransitionTime: '2026-01-02T03:04:05Z' }]);
  });
  test('a change of reason does not', () => {
    expect(setCondition([ready], { type: 'Ready', status: 'True', reason: 'Good' }, now)).toEqual([{ ...ready, reason: 'Good' }]);
  });
  test('no change gives the same list', () => {
    const list = [ready];
    expect(setCondition(list, { type: 'Ready', status: 'True' }, now)).toBe(list);
    expect(removeCondition(list, 'Other')).toBe(list);
    expect(isConditionTrue(removeCondition(list, 'Ready'), 'Ready')).toBe(false);
  });
});

test('owners', () => {
  const owner = { metadata: { name: 'rc', uid: '1' } };
  const owned = { metadata: { ownerReferences: [controllerReference(owner, { apiVersion: 'v1', kind: 'ReplicationController' })] } };
  expect(controllerOf(owned)).toMatchObject({ name: 'rc', controller: true, blockOwnerDeletion: true });
  expect(isControlledBy(owned, owner)).toBe(true);
  expect(isOwnedBy(owned, { metadata: { name: 'rc', uid: '2' } })).toBe(false);
  expect(isControlledBy({}, {})).toBe(false);
});

test('states of a pod', () => {
  const pod = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(now) }] } };
  expect(isPodReady(pod)).toBe(true);
  expect(isPodAvailable(pod, 0, now)).toBe(true);
  expect(isPodAvailable(pod, 10, now)).toBe(false);
  expect(isPodAvailable(pod, 10, now + 10_000)).toBe(true);
  expect(isPodTerminal({ status: { phase: 'Failed' } })).toBe(true);
  expect(isPodActive({ ...pod, metadata: { deletionTimestamp: formatTime(now) } })).toBe(false);
});
