import type { Pod, PodDisruptionBudget } from '@typernetes/api';
import type { ApiError } from '@typernetes/machinery';
import { budgetOf, disruptsNobody, isUncounted, withDisruption, withDisruptionTarget, type Budget } from './disruption';

const now = '2026-01-01T00:00:00Z';
const budget = (status: PodDisruptionBudget['status'], spec: PodDisruptionBudget['spec'] = { selector: { matchLabels: { a: 'b' } } }): Budget => ({ metadata: { name: 'b', generation: 1 }, spec, status: { observedGeneration: 1, ...status } });
const pod = (ready: string, phase = 'Running'): Pod => ({ metadata: { name: 'p', labels: { a: 'b' } }, status: { phase, conditions: [{ type: 'Ready', status: ready }] } });

test('ended and waiting pods disrupt nobody', () => {
  expect(['Pending', 'Running', 'Succeeded', 'Failed'].map((phase) => disruptsNobody(pod('True', phase)))).toEqual([true, false, true, true]);
  expect(disruptsNobody({ ...pod('True'), metadata: { deletionTimestamp: now } })).toBe(true);
});

test('a pod has one budget at most', () => {
  expect(budgetOf(pod('True'), [budget({}), budget({}, { selector: { matchLabels: { a: 'c' } } })])).toEqual(budget({}));
  expect(budgetOf(pod('True'), [budget({}, {})])).toBeUndefined();
  expect(() => budgetOf(pod('True'), [budget({}), budget({})])).toThrow('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
});

test.each<[string, string, PodDisruptionBudget['status'], string | undefined, boolean]>([
  ['ready', 'True', { currentHealthy: 2, desiredHealthy: 1 }, 'AlwaysAllow', false],
  ['unhealthy, always', 'False', {}, 'AlwaysAllow', true],
  ['unhealthy in a healthy budget', 'False', { currentHealthy: 1, desiredHealthy: 1 }, undefined, true],
  ['unhealthy in an unhealthy budget', 'False', { currentHealthy: 0, desiredHealthy: 1 }, 'IfHealthyBudget', false],
])('uncounted: %s', (_name, ready, status, unhealthyPodEvictionPolicy, expected) => {
  expect(isUncounted(pod(ready), budget(status, unhealthyPodEvictionPolicy ? { unhealthyPodEvictionPolicy } : {}))).toBe(expected);
});

test('a disruption is taken from the budget', () => {
  expect(withDisruption(budget({ disruptionsAllowed: 2 }), 'p', now).status).toEqual({ observedGeneration: 1, disruptionsAllowed: 1, disruptedPods: { p: now } });
  expect(withDisruption(budget({ disruptionsAllowed: 1 }), 'p', now).status?.conditions).toEqual([
    { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', observedGeneration: 1, lastTransitionTime: now },
  ]);
});

test.each<[string, PodDisruptionBudget['status'], number | undefined, string]>([
  ['not looked at yet', { observedGeneration: 0, disruptionsAllowed: 1 }, 10, 'The disruption budget b is still being processed by the server.'],
  ['used up', { disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy: 1 }, undefined, 'The disruption budget b needs 2 healthy pods and has 1 currently'],
])('a budget refuses: %s', (_name, status, retryAfterSeconds, message) => {
  try {
    withDisruption(budget(status), 'p', now);
    throw new Error('was allowed');
  } catch (error) {
    const refused = error as ApiError;
    expect(refused.status).toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget', message }] },
    });
    expect(refused.status.details?.retryAfterSeconds).toBe(retryAfterSeconds);
  }
});

test('an evicted pod says who ended it', () => {
  expect(withDisruptionTarget(pod('True'), now).status?.conditions).toEqual([
    { type: 'Ready', status: 'True' },
    { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: now },
  ]);
});
