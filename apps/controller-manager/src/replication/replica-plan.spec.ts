import type { Pod, ReplicationController } from '@typernetes/api';
import { failureConditions, planReplicas, replicaStatus } from './replica-plan';
import { rankForDeletion } from './pod-ranking';

const nowMs = Date.UTC(2026, 0, 1);
const controller = (replicas: number, rest: Partial<ReplicationController['metadata']> = {}): ReplicationController => ({
  metadata: { name: 'web', namespace: 'default', uid: 'rc', generation: 7, ...rest },
  spec: { replicas, selector: { app: 'web' }, template: { metadata: { labels: { app: 'web', tier: 'front' } } } },
});

interface PodFacts {
  app?: string;
  node?: string;
  phase?: string;
  readySeconds?: number;
  ageSeconds?: number;
  restarts?: number;
  cost?: string;
  deleting?: boolean;
}

const stamp = (secondsAgo: number): string => new Date(nowMs - secondsAgo * 1000).toISOString();

function pod(name: string, { app = 'web', node, phase = 'Running', readySeconds, ageSeconds = 60, restarts = 0, cost, deleting }: PodFacts = {}): Pod {
  return {
    metadata: {
      name,
      uid: name,
      labels: { app },
      creationTimestamp: stamp(ageSeconds),
      ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
      ...(deleting ? { deletionTimestamp: stamp(0) } : {}),
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase,
      conditions: readySeconds === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: stamp(readySeconds) }],
      containerStatuses: [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata?.name ?? '');

describe('planReplicas', () => {
  const rows: [string, ReplicationController, Pod[], { create?: number; delete?: string[] }][] = [
    ['nothing there', controller(2), [], { create: 2 }],
    ['all there', controller(1), [pod('a')], {}],
    ['too many', controller(1), [pod('a', { node: 'n', readySeconds: 50 }), pod('b')], { delete: ['b'] }],
    ['ended and dying pods do not count', controller(1), [pod('a', { phase: 'Failed' }), pod('b', { deleting: true })], { create: 1 }],
    ['on its way out it neither creates nor deletes', controller(3, { deletionTimestamp: stamp(0) }), [pod('a')], {}],
    ['it creates no more than a burst at once', controller(2000), [], { create: 500 }],
  ];
  test.each(rows)('%s', (_name, rc, pods, expected) => {
    const plan = planReplicas(rc, pods);
    expect({ create: plan.createCount, delete: names(plan.delete) }).toEqual({ create: 0, delete: [], ...expected });
  });

  test('of two nodes the one with more pods of all siblings gives one up', () => {
    const own = [pod('x', { node: 'n', readySeconds: 9 }), pod('y', { node: 'm', readySeconds: 9 })];
    expect(names(planReplicas(controller(1), own, [...own, pod('sibling', { node: 'm', readySeconds: 9 })]).delete)).toEqual(['y']);
  });
});

describe('rankForDeletion: who goes first', () => {
  const rows: [string, Pod, Pod][] = [
    ['without a node', pod('x'), pod('y', { node: 'n' })],
    ['pending', pod('x', { node: 'n', phase: 'Pending' }), pod('y', { node: 'm' })],
    ['not ready', pod('x', { node: 'n' }), pod('y', { node: 'm', readySeconds: 1 })],
    ['cheaper', pod('x', { node: 'n', readySeconds: 99, cost: '-5' }), pod('y', { node: 'm', readySeconds: 1 })],
    ['ready for a shorter time', pod('x', { node: 'n', readySeconds: 1 }), pod('y', { node: 'm', readySeconds: 2 })],
    ['restarted more often', pod('x', { node: 'n', readySeconds: 5, restarts: 3 }), pod('y', { node: 'm', readySeconds: 5, restarts: 2 })],
    ['younger', pod('x', { node: 'n', readySeconds: 5, ageSeconds: 9 }), pod('y', { node: 'm', readySeconds: 5, ageSeconds: 10 })],
  ];
  test.each(rows)('%s', (_name, first, second) => {
    expect(names(rankForDeletion([first, second]))).toEqual(['x', 'y']);
    expect(names(rankForDeletion([second, first]))).toEqual(['x', 'y']);
  });

  test('on the fuller node', () => {
    const pods = [pod('alone', { node: 'n', readySeconds: 1 }), pod('x', { node: 'm', readySeconds: 9 }), pod('y', { node: 'm', readySeconds: 99 })];
    expect(names(rankForDeletion(pods))).toEqual(['x', 'y', 'alone']);
  });
});

test('the status counts what is there', () => {
  const rc = { ...controller(3), spec: { ...controller(3).spec, minReadySeconds: 10 } };
  const pods = [pod('a', { readySeconds: 20 }), pod('b', { readySeconds: 5 }), pod('c'), pod('d', { phase: 'Failed' })];
  const counted = { replicas: 3, fullyLabeledReplicas: 0, readyReplicas: 2, availableReplicas: 1, observedGeneration: 7 };
  expect(replicaStatus(rc, pods, { nowMs, countsTerminating: false })).toEqual(counted);
  expect(replicaStatus(rc, [...pods, pod('e', { deleting: true }), pod('f', { deleting: true, phase: 'Failed' })], { nowMs, countsTerminating: true })).toEqual({ ...counted, terminatingReplicas: 1 });
});

test('a failure is a condition while it lasts, and keeps since when', () => {
  const failed = { ...controller(1), status: { replicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'old', lastTransitionTime: stamp(60) }] } };
  const failure = { reason: 'FailedCreate', message: 'no quota' } as const;
  expect(failureConditions(controller(1), undefined, nowMs)).toBeUndefined();
  expect(failureConditions(controller(1), failure, nowMs)).toEqual([{ type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  expect(failureConditions(failed, failure, nowMs)).toEqual(failed.status.conditions);
  expect(failureConditions(failed, { reason: 'FailedDelete', message: 'no' }, nowMs)).toMatchObject([{ reason: 'FailedDelete', message: 'no', lastTransitionTime: stamp(60) }]);
  expect(failureConditions(failed, undefined, nowMs)).toBeUndefined();
});
