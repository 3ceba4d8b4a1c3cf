import type { DaemonSet, Node, Pod } from '@typernetes/api';
import { planDaemons, planRollingUpdate, type DaemonView } from './daemon-plan';
import { daemonPodTemplate, judgeNode, targetNode } from './daemon-pod';
import { daemonStatus } from './daemon-status';
import { FailedPods } from '../failed-pods';
import { SimulatedClock } from '@typernetes/machinery';

type Update = { maxUnavailable?: number | string; maxSurge?: number | string } | 'OnDelete';
const daemonSet = (update: Update = { maxUnavailable: 1, maxSurge: 0 }, spec: object = {}): DaemonSet => ({
  metadata: { name: 'agent', namespace: 'ns', uid: 'ds', generation: 4 },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    updateStrategy: update === 'OnDelete' ? { type: 'OnDelete' } : { type: 'RollingUpdate', rollingUpdate: update },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c' }], ...spec } },
  },
});
const node = (name: string, extra: { labels?: Record<string, string>; taints?: { key: string; effect: string }[] } = {}): Node => ({ metadata: { name, labels: extra.labels }, spec: { taints: extra.taints } });

/** `n1:new`, `n1:old!` (not ready), `n1:new~` (terminating), `n1:old#Failed` (phase); the order is their age. */
function pods(text: string): Pod[] {
  return text.split(' ').filter(Boolean).map((word, i) => {
    const [, nodeName = '', revision = '', flags = '', phase] = /^(\w+):(\w+)([!~]*)(?:#(\w+))?$/.exec(word) ?? [];
    return {
      metadata: { name: word, uid: word, creationTimestamp: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`, labels: { 'controller-revision-hash': revision }, ...(flags.includes('~') ? { deletionTimestamp: 'now' } : {}) },
      spec: { containers: [], nodeName },
      status: { phase: phase ?? 'Running', conditions: [{ type: 'Ready', status: flags.includes('!') || phase ? 'False' : 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
    };
  });
}
const view = (set: DaemonSet, nodes: Node[], text: string, mayRetry = true): DaemonView => ({ set, nodes, pods: pods(text), hash: 'new', nowMs: Date.UTC(2026, 0, 2), mayRetry: () => mayRetry });
const nodes = [node('n1'), node('n2'), node('n3'), node('n4')];
const namesOf = (list: readonly Pod[]): string => list.map(({ metadata }) => metadata?.name).join(' ');

describe('one pod on each node', () => {
  test.each<[string, DaemonView, string, string]>([
    ['none yet', view(daemonSet(), nodes.slice(0, 2), ''), 'n1 n2', ''],
    ['one is there', view(daemonSet(), nodes.slice(0, 2), 'n1:old'), 'n2', ''],
    ['a terminating one holds the place', view(daemonSet(), nodes.slice(0, 1), 'n1:old~'), '', ''],
    ['of two the older stays', view(daemonSet(), nodes.slice(0, 1), 'n1:old n1:new'), '', 'n1:new'],
    ['failed', view(daemonSet(), nodes.slice(0, 1), 'n1:new#Failed'), '', 'n1:new#Failed'],
    ['failed a moment ago', view(daemonSet(), nodes.slice(0, 1), 'n1:new#Failed', false), '', ''],
    ['succeeded', view(daemonSet(), nodes.slice(0, 1), 'n1:new#Succeeded'), '', 'n1:new#Succeeded'],
    ['a node that is none any more', view(daemonSet(undefined, { nodeSelector: { a: 'b' } }), [node('n1')], 'n1:new'), '', 'n1:new'],
    ['surge: old and new side by side', view(daemonSet({ maxSurge: 1, maxUnavailable: 0 }), nodes.slice(0, 1), 'n1:old n1:new!'), '', ''],
    ['surge: the new one serves', view(daemonSet({ maxSurge: 1, maxUnavailable: 0 }), nodes.slice(0, 1), 'n1:old n1:new'), '', 'n1:old'],
    ['surge: the old one does not serve', view(daemonSet({ maxSurge: 1, maxUnavailable: 0 }), nodes.slice(0, 1), 'n1:old! n1:new!'), '', 'n1:old!'],
  ])('%s', (_name, given, create, remove) => {
    const plan = planDaemons(given);
    expect([plan.create.join(' '), namesOf(plan.delete)]).toEqual([create, remove]);
  });
  test('a pod that waits for a node that is no more goes', () => {
    const template = daemonPodTemplate(daemonSet(), 'gone', 'new');
    const waiting: Pod = { metadata: { name: 'w' }, spec: template.spec };
    expect(targetNode(waiting)).toBe('gone');
    expect(namesOf(planDaemons({ ...view(daemonSet(), [], ''), pods: [waiting] }).delete)).toBe('w');
  });
});

describe('rolling update', () => {
  const all = 'n1:old n2:old n3:old n4:old';
  test.each<[string, Update, string, string, string]>([
    ['one at a time', { maxUnavailable: 1 }, all, '', 'n1:old'],
    ['half of them', { maxUnavailable: '50%' }, all, '', 'n1:old n2:old'],
    ['a share is rounded up', { maxUnavailable: '26%' }, all, '', 'n1:old n2:old'],
    ['neither: one after all', { maxUnavailable: '0%', maxSurge: 0 }, all, '', 'n1:old'],
    ['waits for the new one', { maxUnavailable: 1 }, 'n1:new! n2:old n3:old n4:old', '', ''],
    ['goes on when it serves', { maxUnavailable: 1 }, 'n1:new n2:old n3:old n4:old', '', 'n2:old'],
    ['a broken old one first', { maxUnavailable: 1 }, 'n1:old n2:old! n3:old n4:old', '', 'n2:old!'],
    ['on delete', 'OnDelete', all, '', ''],
    ['surge of one', { maxSurge: 1, maxUnavailable: 0 }, all, 'n1', ''],
    ['surge is used up', { maxSurge: 1, maxUnavailable: 0 }, 'n1:old n1:new! n2:old n3:old n4:old', '', ''],
    ['surge: a broken old one does not count', { maxSurge: 1, maxUnavailable: 0 }, 'n1:old n2:old! n3:old n4:old', 'n2 n1', ''],
    ['surge: an old one goes', { maxSurge: 1, maxUnavailable: 0 }, 'n1:old n1:new n2:old n3:old n4:old', '', 'n1:old'],
    ['done', { maxUnavailable: 1 }, 'n1:new n2:new n3:new n4:new', '', ''],
  ])('%s', (_name, update, present, create, remove) => {
    const plan = planRollingUpdate(view(daemonSet(update), nodes, present));
    expect([plan.create.join(' '), namesOf(plan.delete)]).toEqual([create, remove]);
  });
});

describe('which nodes', () => {
  const noSchedule = (key: string): { key: string; effect: string } => ({ key, effect: 'NoSchedule' });
  test.each<[string, object, Node, boolean, boolean]>([
    ['any', {}, node('n'), true, true],
    ['other labels', { nodeSelector: { disk: 'ssd' } }, node('n'), false, false],
    ['these labels', { nodeSelector: { disk: 'ssd' } }, node('n', { labels: { disk: 'ssd' } }), true, true],
    ['another name', { nodeName: 'm' }, node('n'), false, false],
    ['a taint', {}, node('n', { taints: [noSchedule('mine')] }), false, true],
    ['a taint that evicts', {}, node('n', { taints: [{ key: 'mine', effect: 'NoExecute' }] }), false, false],
    ['a tolerated taint', { tolerations: [{ operator: 'Exists' }] }, node('n', { taints: [noSchedule('mine')] }), true, true],
    ['cordoned', {}, node('n', { taints: [noSchedule('node.kubernetes.io/unschedulable')] }), true, true],
    ['not ready', {}, node('n', { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] }), true, true],
    ['without network', {}, node('n', { taints: [noSchedule('node.kubernetes.io/network-unavailable')] }), false, true],
    ['without network, on that of the host', { hostNetwork: true }, node('n', { taints: [noSchedule('node.kubernetes.io/network-unavailable')] }), true, true],
  ])('%s', (_name, spec, given, shouldRun, shouldContinue) => expect(judgeNode(daemonSet(undefined, spec), given)).toEqual({ shouldRun, shouldContinue }));
});

test('the pod of a node', () => {
  const set = daemonSet(undefined, { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } } } });
  const { metadata, spec } = daemonPodTemplate(set, 'n1', 'h');
  expect(metadata?.labels).toEqual({ app: 'agent', 'controller-revision-hash': 'h' });
  expect(spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({ nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }] });
  expect(spec?.tolerations).toHaveLength(6);
});

test('status', () => {
  const given = view(daemonSet(), [...nodes, node('n5', { taints: [{ key: 'x', effect: 'NoSchedule' }] })], 'n1:new n2:old n3:new! n5:old');
  expect(daemonStatus(given)).toEqual({
    desiredNumberScheduled: 4, currentNumberScheduled: 3, numberMisscheduled: 1, numberReady: 2, updatedNumberScheduled: 2, numberAvailable: 2, numberUnavailable: 2, observedGeneration: 4,
  });
});

test('failed pods are replaced at once, then ever more slowly', async () => {
  const clock = new SimulatedClock();
  const failed = new FailedPods(clock);
  expect(failed.waitMs('ds/1/n')).toBe(0);
  failed.replaced('ds/1/n');
  expect(failed.waitMs('ds/1/n')).toBe(1_000);
  await clock.advance(1_000);
  expect(failed.waitMs('ds/1/n')).toBe(0);
  failed.replaced('ds/1/n');
  expect(failed.waitMs('ds/1/n')).toBe(2_000);
  failed.forget('ds/');
  expect(failed.waitMs('ds/1/n')).toBe(0);
});

test('a wait that ends while a failed pod is looked at has not ended for this look', async () => {
  const clock = new SimulatedClock();
  const failed = new FailedPods(clock);
  failed.replaced('ds/1/n');
  await clock.advance(999);
  const startMs = clock.monotonic();
  await clock.advance(1);
  expect([failed.waitMs('ds/1/n', startMs), failed.waitMs('ds/1/n')]).toEqual([1, 0]);
});
