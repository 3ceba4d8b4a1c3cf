import type { Pod, PodDisruptionBudget, PodDisruptionBudgetSpec } from '@typernetes/api';
import { formatTime } from '@typernetes/machinery';
import { budgetStatus, confirmDisruptions, countHealthy, expectedPods, failedStatus, staleDisruptionTarget } from './budget-status';
import { expectedScale } from './pod-scale';

const nowMs = Date.UTC(2026, 0, 1);
const at = (secondsAgo: number): string => formatTime(nowMs - secondsAgo * 1000);
const budget = (spec: PodDisruptionBudgetSpec, status: PodDisruptionBudget['status'] = {}): PodDisruptionBudget => ({ metadata: { name: 'b', generation: 3 }, spec, status });
const pod = (name: string, { ready = true, deleting = false, owner }: { ready?: boolean; deleting?: boolean; owner?: string } = {}): Pod => ({
  metadata: {
    name,
    namespace: 'ns',
    ...(deleting ? { deletionTimestamp: at(0) } : {}),
    ...(owner ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] } : {}),
  },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

test.each<[PodDisruptionBudgetSpec, number, number, [number, number]]>([
  [{ minAvailable: 2 }, 3, 9, [3, 2]],
  [{ minAvailable: '50%' }, 3, 5, [5, 3]],
  [{ minAvailable: '100%' }, 3, 5, [5, 5]],
  [{ maxUnavailable: 1 }, 3, 5, [5, 4]],
  [{ maxUnavailable: '30%' }, 3, 5, [5, 3]],
  [{ maxUnavailable: 9 }, 3, 5, [5, 0]],
  [{}, 3, 5, [3, 0]],
])('%j of %i pods, scale %i', (spec, pods, scale, [expected, desired]) => {
  expect(expectedPods(budget(spec), pods, () => scale)).toEqual({ expected, desired });
});

test('healthy pods are ready and stay', () => {
  expect(countHealthy([pod('a'), pod('b', { ready: false }), pod('c', { deleting: true }), pod('d')], { d: at(1) })).toBe(1);
});

test('evictions are waited for, but not for ever', () => {
  const status = { disruptedPods: { gone: at(5), going: at(5), waits: at(20), stays: at(121) } };
  const { disruptedPods, notDeleted, recheckAfterMs } = confirmDisruptions(budget({}, status), [pod('going', { deleting: true }), pod('waits'), pod('stays')], nowMs);
  expect([disruptedPods, notDeleted.map(({ metadata }) => metadata?.name), recheckAfterMs]).toEqual([{ waits: at(20) }, ['stays'], 100_000]);
});

test.each<[string, number, number, number, number, string, string]>([
  ['enough', 3, 2, 3, 1, 'True', 'SufficientPods'],
  ['just enough', 3, 3, 3, 0, 'False', 'InsufficientPods'],
  ['too few', 3, 3, 1, 0, 'False', 'InsufficientPods'],
  ['none expected', 0, 0, 1, 0, 'False', 'InsufficientPods'],
])('%s', (_name, expected, desired, healthy, allowed, conditionStatus, reason) => {
  expect(budgetStatus(budget({}), { expected, desired, healthy, disruptedPods: {} }, nowMs)).toEqual({
    expectedPods: expected,
    desiredHealthy: desired,
    currentHealthy: healthy,
    disruptionsAllowed: allowed,
    observedGeneration: 3,
    conditions: [{ type: 'DisruptionAllowed', status: conditionStatus, reason, message: '', observedGeneration: 3, lastTransitionTime: at(0) }],
  });
});

test('what cannot be counted may not be disrupted', () => {
  expect(failedStatus(budget({}, { disruptionsAllowed: 5, currentHealthy: 7 }), 'why', nowMs)).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 7, conditions: [{ reason: 'SyncFailed', message: 'why' }] });
});

test('scales are counted once per controller', () => {
  const scales = { of: ({ uid }: { uid: string }) => (uid === 'lost' ? undefined : { uid, replicas: uid === 'x' ? 4 : 2 }) };
  const { total, unmanaged } = expectedScale([pod('a', { owner: 'x' }), pod('b', { owner: 'x' }), pod('c', { owner: 'y' }), pod('d')], scales);
  expect([total, unmanaged.map(({ metadata }) => metadata?.name)]).toEqual([6, ['d']]);
  expect(() => expectedScale([pod('a', { owner: 'lost' })], scales)).toThrow('found no controller ref for pod "a"');
});

test('a disruption that does not come', () => {
  const target = (deleting: boolean): Pod => ({ ...pod('a', { deleting }), status: { phase: 'Running', conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime: at(100) }] } });
  expect([staleDisruptionTarget(target(false), nowMs), staleDisruptionTarget(target(true), nowMs), staleDisruptionTarget(pod('a'), nowMs)]).toEqual([{ untilMs: 20_000 }, undefined, undefined]);
});
