import type { PersistentVolumeClaim, Pod, StatefulSet } from '@typernetes/api';
import { claimOwners } from './claim-owners';
import { planStatefulSet, type StatefulStep, type StatefulView } from './stateful-plan';
import { claimsOf, ordinalOf, statefulPod } from './stateful-pod';
import { statefulStatus } from './stateful-status';

interface Shape {
  replicas?: number;
  start?: number;
  policy?: string;
  partition?: number;
  maxUnavailable?: number | string;
  onDelete?: boolean;
  retention?: { whenDeleted?: string; whenScaled?: string };
  minReadySeconds?: number;
}
const statefulSet = ({ replicas = 3, start, policy = 'OrderedReady', partition = 0, maxUnavailable = 1, onDelete, retention, minReadySeconds }: Shape = {}): StatefulSet => ({
  metadata: { name: 'web', namespace: 'ns', uid: 'set', generation: 2 },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    serviceName: 'svc',
    podManagementPolicy: policy,
    minReadySeconds,
    ...(start === undefined ? {} : { ordinals: { start } }),
    updateStrategy: onDelete ? { type: 'OnDelete' } : { type: 'RollingUpdate', rollingUpdate: { partition, maxUnavailable } },
    persistentVolumeClaimRetentionPolicy: retention,
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c' }], volumes: [{ name: 'data', emptyDir: {} }, { name: 'tmp', emptyDir: {} }] } },
    volumeClaimTemplates: [{ metadata: { name: 'data', labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'] } }],
  },
});

/** `0:new`, `1:old!` (not ready), `2:new~` (terminating), `2:new#Failed` (phase). */
function pods(text: string): Pod[] {
  return text.split(' ').filter(Boolean).map((word) => {
    const [, ordinal = '', revision = '', flags = '', phase] = /^(\d+):(\w+)([!~]*)(?:#(\w+))?$/.exec(word) ?? [];
    return {
      metadata: { name: `web-${ordinal}`, uid: `uid-${ordinal}`, labels: { 'controller-revision-hash': revision }, ...(flags.includes('~') ? { deletionTimestamp: 'now' } : {}) },
      spec: { containers: [] },
      status: { phase: phase ?? (flags.includes('!') ? 'Pending' : 'Running'), conditions: [{ type: 'Ready', status: flags.includes('!') || phase ? 'False' : 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
    };
  });
}
const view = (set: StatefulSet, text: string): StatefulView => ({ set, pods: pods(text), currentRevision: 'old', updateRevision: 'new', nowMs: Date.UTC(2026, 0, 1, 0, 0, 30) });

function shown(step: StatefulStep): string {
  switch (step.do) {
    case 'create':
      return `+${step.ordinal}:${step.revision}`;
    case 'delete':
      return `-${ordinalOf(statefulSet(), step.pod)}`;
    case 'recreate':
      return `~${ordinalOf(statefulSet(), step.pod)}`;
    case 'keep':
      return '';
  }
}
const steps = (set: StatefulSet, text: string): string => planStatefulSet(view(set, text)).map(shown).filter(Boolean).join(' ');

describe('the next steps', () => {
  test.each<[string, Shape, string, string]>([
    ['the first pod', {}, '', '+0:new'],
    ['waits for the first', {}, '0:new!', ''],
    ['the second', {}, '0:new', '+1:new'],
    ['a gap is filled', {}, '0:new 2:new', '+1:new'],
    ['all are there', {}, '0:new 1:new 2:new', ''],
    ['ready but not long enough', { minReadySeconds: 60 }, '0:new', ''],
    ['parallel: all at once', { policy: 'Parallel' }, '', '+0:new +1:new +2:new'],
    ['parallel: the missing ones', { policy: 'Parallel' }, '1:new!', '+0:new +2:new'],
    ['another first ordinal', { start: 5, replicas: 2, policy: 'Parallel' }, '', '+5:new +6:new'],
    ['below the first ordinal', { start: 1, replicas: 2 }, '0:new 1:new 2:new', '-0'],
    ['scale down: the highest first', { replicas: 1 }, '0:new 1:new 2:new', '-2'],
    ['scale down: waits until it is gone', { replicas: 1 }, '0:new 1:new 2:new~', ''],
    ['scale down: waits for one that is not well', { replicas: 1 }, '0:new 1:new! 2:new', '-2'],
    ['scale down: the only one that is not well', { replicas: 1 }, '0:new 1:new 2:new!', '-2'],
    ['scale down: two that are not well', { replicas: 1 }, '0:new 1:new! 2:new!', ''],
    ['scale down: not while one that stays is not well', { replicas: 1 }, '0:new! 1:new', ''],
    ['parallel scale down', { replicas: 0, policy: 'Parallel' }, '0:new! 1:new 2:new', '-2 -1 -0'],
    ['to nothing', { replicas: 0 }, '0:new', '-0'],
    ['failed', {}, '0:new#Failed', '~0'],
    ['succeeded', {}, '0:new 1:new#Succeeded 2:new', '~1'],
    ['failed and going', {}, '0:new~#Failed 1:new 2:new', ''],
    ['update: from the top', {}, '0:old 1:old 2:old', '-2'],
    ['update: waits', {}, '0:old 1:old 2:new!', ''],
    ['update: waits while it goes', {}, '0:old 1:old 2:old~', ''],
    ['update: the next', {}, '0:old 1:old 2:new', '-1'],
    ['update: what is made anew is new', {}, '0:old 1:old', '+2:new'],
    ['partition', { partition: 2 }, '0:old 1:old 2:old', '-2'],
    ['partition is reached', { partition: 2 }, '0:old 1:old 2:new', ''],
    ['below the partition the old comes back', { partition: 2 }, '1:old 2:new', '+0:old'],
    ['a partition above all', { partition: 9 }, '0:old 1:old 2:old', ''],
    ['two may be missing', { maxUnavailable: 2 }, '0:old 1:old 2:old', '-2 -1'],
    ['a share may be missing', { maxUnavailable: '50%', replicas: 4, policy: 'Parallel' }, '0:old 1:old 2:old 3:old', '-3 -2'],
    ['parallel update goes one by one', { policy: 'Parallel' }, '0:old 1:old 2:old', '-2'],
    ['parallel update: a broken old one first', { policy: 'Parallel' }, '0:old! 1:old 2:old', '-0'],
    ['parallel update: a broken new one is waited for', { policy: 'Parallel' }, '0:old! 1:old 2:new!', ''],
    ['on delete', { onDelete: true }, '0:old 1:old 2:old', ''],
    ['on delete: what is made anew is new', { onDelete: true }, '0:old 1:old', '+2:new'],
  ])('%s', (_name, shape, present, expected) => expect(steps(statefulSet(shape), present)).toBe(expected));
  test('a set that goes does nothing', () => expect(planStatefulSet({ ...view(statefulSet(), ''), set: { ...statefulSet(), metadata: { name: 'web', deletionTimestamp: 'now' } } })).toEqual([]));
});

describe('status', () => {
  test.each<[string, Shape, string, object]>([
    ['half way', {}, '0:old 1:old! 2:new', { replicas: 3, readyReplicas: 2, availableReplicas: 2, currentReplicas: 2, updatedReplicas: 1, currentRevision: 'old', updateRevision: 'new' }],
    ['done', {}, '0:new 1:new 2:new', { replicas: 3, currentReplicas: 3, updatedReplicas: 3, currentRevision: 'new', updateRevision: 'new' }],
    ['done by hand', { onDelete: true }, '0:new 1:new 2:new', { currentReplicas: 0, updatedReplicas: 3, currentRevision: 'old' }],
    ['a terminating one', {}, '0:old 1:old 2:old~', { replicas: 3, currentReplicas: 2, readyReplicas: 3 }],
    ['ready for long enough', { minReadySeconds: 30 }, '0:old', { availableReplicas: 1 }],
    ['not yet', { minReadySeconds: 31 }, '0:old', { readyReplicas: 1, availableReplicas: 0 }],
  ])('%s', (_name, shape, present, expected) => expect(statefulStatus(view(statefulSet(shape), present))).toMatchObject(expected));
});

test('the pod of an ordinal', () => {
  const set = statefulSet();
  const pod = statefulPod(set, 1, { name: 'web-abc', template: set.spec?.template ?? { spec: { containers: [] } } });
  expect(pod.metadata).toMatchObject({ name: 'web-1', namespace: 'ns', labels: { app: 'web', 'statefulset.kubernetes.io/pod-name': 'web-1', 'apps.kubernetes.io/pod-index': '1', 'controller-revision-hash': 'web-abc' } });
  expect(pod.spec).toMatchObject({ hostname: 'web-1', subdomain: 'svc', volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-1' } }, { name: 'tmp', emptyDir: {} }] });
  expect(claimsOf(set, 1)).toEqual([{ metadata: { name: 'data-web-1', namespace: 'ns', labels: { a: 'b', app: 'web' } }, spec: { accessModes: ['ReadWriteOnce'] } }]);
});

describe('owners of a claim', () => {
  const [kept] = pods('0:new');
  const [condemned] = pods('7:new');
  const claim = (...kinds: string[]): PersistentVolumeClaim => ({
    metadata: { name: 'c', ownerReferences: kinds.map((kind) => ({ apiVersion: 'v1', kind, name: kind === 'Pod' ? 'web-7' : kind === 'StatefulSet' ? 'web' : 'other', uid: kind === 'Pod' ? 'uid-7' : 'set', controller: true })) },
  });
  test.each<[string, { whenDeleted?: string; whenScaled?: string }, 'kept' | 'condemned', PersistentVolumeClaim, string[] | undefined]>([
    ['kept for ever', {}, 'kept', claim(), undefined],
    ['kept after a change of mind', {}, 'kept', claim('StatefulSet'), []],
    ['with the set', { whenDeleted: 'Delete' }, 'kept', claim(), ['StatefulSet']],
    ['with the set already', { whenDeleted: 'Delete' }, 'kept', claim('StatefulSet'), undefined],
    ['with the pod', { whenScaled: 'Delete' }, 'condemned', claim(), ['Pod']],
    ['not with a pod that stays', { whenScaled: 'Delete' }, 'kept', claim(), undefined],
    ['from the set to the pod', { whenDeleted: 'Delete', whenScaled: 'Delete' }, 'condemned', claim('StatefulSet'), ['Pod']],
    ['somebody else manages it', { whenDeleted: 'Delete' }, 'kept', claim('Custom'), undefined],
  ])('%s', (_name, retention, which, given, expected) => {
    const pod = which === 'kept' ? kept : condemned;
    expect(pod && claimOwners(statefulSet({ retention }), pod, given)?.map(({ kind }) => kind)).toEqual(expected);
  });
});
