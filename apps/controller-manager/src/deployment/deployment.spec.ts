import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@typernetes/api';
import { rolloutStatus, withPause } from './deployment-status';
import { newReplicaSet } from './new-replica-set';
import { isScaling, scalingStep } from './proportional-scaling';
import { generationsOf } from './replica-sets';
import { newestAnnotations, nextRevision, superfluousSets } from './revisions';
import { newestSize, rollingStep } from './rolling-update';
import { boundsOf } from './rollout-bounds';

const nowMs = Date.UTC(2026, 0, 1);
const stamp = (secondsAgo: number): string => new Date(nowMs - secondsAgo * 1000).toISOString().replace('.000Z', 'Z');

type Spec = NonNullable<Deployment['spec']>;

function deployment(spec: Partial<Spec> = {}, status: DeploymentStatus = {}): Deployment {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'a:1' }] } };
  return { metadata: { name: 'web', namespace: 'default', uid: 'd', generation: 2 }, spec: { replicas: 10, progressDeadlineSeconds: 600, selector: { matchLabels: { app: 'web' } }, template, ...spec }, status };
}

interface SetFacts {
  size: number;
  available?: number;
  ageSeconds?: number;
  revision?: number;
  desired?: number;
  max?: number;
  image?: string;
}

function set(name: string, { size, available = size, ageSeconds = 60, revision, desired, max, image = 'a:1' }: SetFacts): ReplicaSet {
  const entries = Object.entries({ revision, 'desired-replicas': desired, 'max-replicas': max }).filter(([, value]) => value !== undefined);
  return {
    metadata: { name, uid: name, generation: 1, creationTimestamp: stamp(ageSeconds), annotations: Object.fromEntries(entries.map(([key, value]) => [`deployment.kubernetes.io/${key}`, String(value)])) },
    spec: { replicas: size, selector: {}, template: { metadata: { labels: { app: 'web', 'pod-template-hash': name } }, spec: { containers: [{ name: 'c', image }] } } },
    status: { replicas: size, availableReplicas: available, readyReplicas: available, observedGeneration: 1 },
  };
}

const sizes = (steps: readonly { set: ReplicaSet; size: number }[]): Record<string, number> => Object.fromEntries(steps.map((step) => [step.set.metadata?.name, step.size]));

test.each<[Partial<Spec>, { maxSurge: number; maxUnavailable: number }]>([
  [{ strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }, { maxSurge: 3, maxUnavailable: 2 }],
  [{ strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } }, { maxSurge: 2, maxUnavailable: 0 }],
  [{ replicas: 2, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } } }, { maxSurge: 0, maxUnavailable: 1 }],
  [{ replicas: 3, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 9 } } }, { maxSurge: 0, maxUnavailable: 3 }],
  [{ strategy: { type: 'Recreate' } }, { maxSurge: 0, maxUnavailable: 0 }],
])('bounds of %j', (spec, expected) => {
  expect(boundsOf(deployment(spec))).toMatchObject(expected);
});

test('the newest one is as large as the surge allows', () => {
  const bounds = { replicas: 10, maxSurge: 3, maxUnavailable: 2 };
  expect([newestSize(0, [], bounds), newestSize(0, [set('o', { size: 10 })], bounds), newestSize(3, [set('o', { size: 10 })], bounds), newestSize(12, [], bounds)]).toEqual([10, 3, 3, 10]);
});

describe('a step of a rolling update', () => {
  const bounds = { replicas: 10, maxSurge: 3, maxUnavailable: 2 };
  const rows: [string, ReplicaSet, ReplicaSet[], Record<string, number>][] = [
    ['the newest grows first', set('n', { size: 0 }), [set('o', { size: 10 })], { n: 3 }],
    ['then old ones shrink, as far as enough serve', set('n', { size: 3, available: 0 }), [set('o', { size: 10 })], { o: 8 }],
    ['what does not serve goes first', set('n', { size: 3, available: 0 }), [set('o', { size: 8, available: 8, ageSeconds: 99 }), set('p', { size: 2, available: 0 })], { p: 0 }],
    ['nothing is spare', set('n', { size: 5, available: 0 }), [set('o', { size: 8 })], {}],
    ['the last ones go when the newest serves', set('n', { size: 10 }), [set('o', { size: 3 })], { o: 0 }],
    ['all is done', set('n', { size: 10 }), [set('o', { size: 0 })], {}],
  ];
  test.each(rows)('%s', (_name, newest, old, expected) => {
    expect(sizes(rollingStep(newest, old, bounds))).toEqual(expected);
  });
});

describe('a change of size', () => {
  const rows: [string, ReplicaSet, ReplicaSet[], number, Record<string, number>][] = [
    ['of the only one', set('n', { size: 5, desired: 5 }), [set('o', { size: 0 })], 8, { n: 8 }],
    ['old ones go when the newest serves', set('n', { size: 10, desired: 10 }), [set('o', { size: 2, desired: 12 })], 10, { o: 0 }],
    ['is shared out by size', set('n', { size: 5, available: 0, desired: 10, max: 13 }), [set('o', { size: 8, desired: 10, max: 13 })], 15, { o: 11, n: 7 }],
    ['and so is less', set('n', { size: 4, available: 0, desired: 10, max: 12 }), [set('o', { size: 8, desired: 10, max: 12 })], 5, { o: 5, n: 3 }],
    ['to nothing', set('n', { size: 5, desired: 10, max: 13 }), [set('o', { size: 8, desired: 10, max: 13 })], 0, { o: 0, n: 0 }],
  ];
  test.each(rows)('%s', (_name, newest, old, replicas, expected) => {
    const bounds = { replicas, maxSurge: replicas ? 3 : 0, maxUnavailable: 2 };
    expect(sizes(scalingStep(newest, old, bounds))).toEqual(expected);
  });

  test('is seen by what the ReplicaSets remember', () => {
    expect([isScaling([set('n', { size: 3, desired: 3 })], 3), isScaling([set('n', { size: 3, desired: 3 })], 4), isScaling([set('n', { size: 0, desired: 3 })], 4)]).toEqual([false, true, false]);
  });
});

describe('revisions', () => {
  test('a new one is one more than the others; one that comes back remembers what it was', () => {
    const old = [set('a', { size: 0, revision: 1 }), set('b', { size: 3, revision: 4 })];
    expect(nextRevision(old)).toBe(5);
    const source = { ...deployment(), metadata: { ...deployment().metadata, annotations: { note: 'x', 'deployment.kubernetes.io/revision': '4', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } } };
    expect(newestAnnotations(source, {}, 5)).toEqual({ note: 'x', 'deployment.kubernetes.io/revision': '5' });
    expect(newestAnnotations(source, set('a', { size: 0, revision: 1 }), 5)).toMatchObject({ 'deployment.kubernetes.io/revision': '5', 'deployment.kubernetes.io/revision-history': '1' });
    expect(newestAnnotations(source, set('a', { size: 0, revision: 7 }), 5)).toMatchObject({ 'deployment.kubernetes.io/revision': '7' });
  });

  test('the oldest ones beyond the limit go, unless they have pods', () => {
    const old = [set('c', { size: 0, revision: 3 }), set('a', { size: 0, revision: 1 }), set('b', { size: 1, revision: 2 })];
    expect(superfluousSets(deployment({ revisionHistoryLimit: 1 }), old).map(({ metadata }) => metadata?.name)).toEqual(['a']);
    expect(superfluousSets(deployment(), old)).toEqual([]);
  });

  test('the hash is the template’s, in labels and selector; a collision gives another one', () => {
    const made = newReplicaSet(deployment(), [], 1);
    const hash = made.metadata?.labels?.['pod-template-hash'] ?? '';
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(made).toMatchObject({
      metadata: { name: `web-${hash}`, annotations: { 'deployment.kubernetes.io/desired-replicas': '10', 'deployment.kubernetes.io/revision': '1' } },
      spec: { replicas: 10, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } }, template: { metadata: { labels: { 'pod-template-hash': hash } } } },
    });
    expect(newReplicaSet(deployment({ replicas: 3 }), [], 2).metadata?.name).toBe(made.metadata?.name);
    expect(newReplicaSet(deployment({}, { collisionCount: 1 }), [], 1).metadata?.name).not.toBe(made.metadata?.name);
    expect(generationsOf(deployment(), [set('y', { size: 1, image: 'a:2' }), made]).newest).toBe(made);
  });
});

describe('what is said of a rollout', () => {
  const progressing = (reason: string, secondsAgo: number): DeploymentCondition => ({ type: 'Progressing', status: 'True', reason, lastUpdateTime: stamp(secondsAgo), lastTransitionTime: stamp(secondsAgo) });
  const said = (before: DeploymentStatus, newest: ReplicaSet, old: readonly ReplicaSet[] = []): (string | undefined)[] => {
    const { conditions } = rolloutStatus(deployment({ strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }, before), newest, [newest, ...old], nowMs);
    return (conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  };
  const counts = { replicas: 10, updatedReplicas: 5, readyReplicas: 9, availableReplicas: 9 };
  const half = [set('n', { size: 5, available: 4 }), [set('o', { size: 5 })]] as const;

  test('complete', () => {
    expect(said({ conditions: [progressing('ReplicaSetUpdated', 5)] }, set('n', { size: 10 }))).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']);
  });
  test('making progress', () => {
    expect(said({ ...counts, updatedReplicas: 4, conditions: [progressing('NewReplicaSetCreated', 999)] }, half[0], half[1])).toContain('Progressing=True ReplicaSetUpdated');
  });
  test('none, and the deadline has passed', () => {
    expect(said({ ...counts, conditions: [progressing('ReplicaSetUpdated', 601)] }, half[0], half[1])).toContain('Progressing=False ProgressDeadlineExceeded');
    expect(said({ ...counts, conditions: [progressing('ReplicaSetUpdated', 599)] }, half[0], half[1])).toContain('Progressing=True ReplicaSetUpdated');
  });
  test('too few serve; what hinders the ReplicaSet', () => {
    const broken = set('n', { size: 10, available: 2 });
    broken.status = { ...broken.status, replicas: 2, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no quota' }] };
    expect(said(counts, broken)).toEqual(expect.arrayContaining(['Available=False MinimumReplicasUnavailable', 'ReplicaFailure=True FailedCreate']));
  });
  test('paused and resumed', () => {
    const reasons = (paused: boolean, reason: string): (string | undefined)[] => withPause(deployment({ paused }, { conditions: [progressing(reason, 5)] }), nowMs).map((condition) => condition.reason);
    expect([reasons(true, 'ReplicaSetUpdated'), reasons(true, 'DeploymentPaused'), reasons(false, 'DeploymentPaused'), reasons(false, 'ReplicaSetUpdated')]).toEqual([['DeploymentPaused'], ['DeploymentPaused'], ['DeploymentResumed'], ['ReplicaSetUpdated']]);
  });
});
