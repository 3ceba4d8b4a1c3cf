import type { Pod } from '@typernetes/api';
import { seededRandom } from '@typernetes/machinery';
import { ClusterCache } from '../cache/cluster-cache';
import { Nominator } from '../cache/nominator';
import { podInfoOf } from '../framework/pod-info';
import { defaultProfileConfiguration } from '../config/configuration';
import { buildProfile } from '../plugins/build-profile';
import { preempt } from './preemption';
import { schedulePod } from './schedule-pod';

type Spec = Partial<NonNullable<Pod['spec']>>;
interface Made {
  priority?: number;
  cpu?: string;
  spec?: Spec;
  labels?: Record<string, string>;
  startTime?: string;
  terminating?: boolean;
}

function pod(name: string, { priority = 0, cpu = '1', spec = {}, labels, startTime = '2026-01-01T00:00:00Z', terminating }: Made = {}): Pod {
  return {
    metadata: { name, namespace: 'default', uid: name, labels, ...(terminating && { deletionTimestamp: '2026-01-01T01:00:00Z' }) },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], priority, ...spec },
    status: { startTime, ...(terminating && { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] }) },
  };
}

/** Nodes of two cores each, with the pods on them. */
function cluster(nodes: Record<string, Pod[]>): ClusterCache {
  const cache = new ClusterCache();
  for (const [name, pods] of Object.entries(nodes)) {
    cache.setNode({ metadata: { name, labels: { 'kubernetes.io/hostname': name } }, status: { allocatable: { cpu: '2', memory: '8Gi', pods: '110' } } });
    for (const each of pods) cache.setPod({ ...each, spec: { containers: [], ...each.spec, nodeName: name } });
  }
  return cache;
}

const picture = (cache: ClusterCache): string => JSON.stringify(cache.nodes.map(({ name, pods, requested }) => [name, [...pods.keys()].sort(), requested]));

function decide(cache: ClusterCache, subject: Pod, nominator = new Nominator()): string {
  const context = { profile: buildProfile(defaultProfileConfiguration()), snapshot: cache, nominator, random: seededRandom(1), budgets: cache.budgets };
  const info = podInfoOf(subject);
  const before = picture(cache);
  const decision = schedulePod(info, { ...context, startIndex: 0 });
  if (decision.outcome === 'node') return `fits ${decision.nodeName}`;
  const preemption = preempt(info, decision.diagnosis, context);
  expect(picture(cache)).toBe(before);
  return preemption.outcome === 'evict' ? `${preemption.nodeName}: ${preemption.victims.map(({ uid }) => uid).join()}` : preemption.message;
}

const high = (more: Made = {}): Pod => pod('high', { priority: 100, ...more });
const hostname = 'kubernetes.io/hostname';

const rows: [name: string, nodes: Record<string, Pod[]>, subject: Pod, expected: string][] = [
  ['nobody has to leave', { a: [pod('x')] }, high(), 'fits a'],
  ['one has to leave', { a: [pod('x'), pod('y', { startTime: '2026-01-02T00:00:00Z' })] }, high(), 'a: y'],
  ['as many as needed leave', { a: [pod('x'), pod('y')] }, high({ cpu: '2' }), 'a: x,y'],
  ['the same priority stays', { a: [pod('x', { priority: 100, cpu: '2' })] }, high(), '0/1 nodes are available: 1 No preemption victims found for incoming pod.'],
  ['not enough room even then', { a: [pod('x', { priority: 100 }), pod('y')] }, high({ cpu: '2' }), '0/1 nodes are available: 1 Insufficient cpu.'],
  ['more than the node has', { a: [pod('x', { cpu: '2' })] }, high({ cpu: '3' }), '0/1 nodes are available: 1 Preemption is not helpful for scheduling.'],
  ['preemptionPolicy Never', { a: [pod('x', { cpu: '2' })] }, high({ spec: { preemptionPolicy: 'Never' } }), 'not eligible due to preemptionPolicy=Never.'],
  ['lowest top priority leaves', { a: [pod('x', { cpu: '2', priority: 9 })], b: [pod('y', { cpu: '2', priority: 8 })] }, high(), 'b: y'],
  [
    'lowest sum of priorities leaves',
    { a: [pod('x', { priority: 9 }), pod('x2', { priority: 9 })], b: [pod('y', { priority: 9 }), pod('y2', { priority: 3 })] },
    high({ cpu: '2' }),
    'b: y,y2',
  ],
  ['fewest leave', { a: [pod('x'), pod('x2')], b: [pod('y', { cpu: '2' })] }, high({ cpu: '2' }), 'b: y'],
  ['the youngest leaves', { a: [pod('x', { cpu: '2' })], b: [pod('y', { cpu: '2', startTime: '2026-01-03T00:00:00Z' })] }, high(), 'b: y'],
  [
    'who keeps others away leaves',
    { a: [pod('x', { cpu: '100m', labels: { app: 'x' } }), pod('y', { cpu: '100m' })] },
    high({
      spec: {
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostname, labelSelector: { matchLabels: { app: 'x' } } }] } },
      },
    }),
    'a: x',
  ],
  [
    'who upsets the spread leaves',
    { a: [pod('x', { cpu: '100m', labels: { app: 'x' } })], b: [pod('big', { cpu: '2', priority: 200 })] },
    high({
      labels: { app: 'x' },
      spec: { topologySpreadConstraints: [{ topologyKey: hostname, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'x' } } }] },
    }),
    'a: x',
  ],
];

describe('preemption', () => {
  test.each(rows)('%s', (_name, nodes, subject, expected) => expect(decide(cluster(nodes), subject)).toBe(expected));

  test('a budget protects, where there is a choice', () => {
    const cache = cluster({ a: [pod('x', { cpu: '2', labels: { app: 'x' } })], b: [pod('y', { cpu: '2', priority: 50 })] });
    expect(decide(cache, high())).toBe('a: x');
    cache.setBudget({ metadata: { name: 'x', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'x' } } }, status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 } });
    expect(decide(cache, high())).toBe('b: y');
    cache.deleteNode('b');
    expect(decide(cache, high())).toBe('a: x');
  });

  test('who is protected stays before others of its node', () => {
    const cache = cluster({ a: [pod('x', { labels: { app: 'x' } }), pod('y', { priority: 5 })] });
    cache.setBudget({ metadata: { name: 'x', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'x' } } }, status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 } });
    expect(decide(cache, high())).toBe('a: y');
  });

  test('room that is being made is waited for, and kept free of the less important', () => {
    const cache = cluster({ a: [pod('x', { cpu: '2', terminating: true })] });
    const nominator = new Nominator();
    nominator.nominate(podInfoOf(high({ cpu: '2' })), 'a');
    expect(decide(cache, high({ cpu: '2' }), nominator)).toBe('not eligible due to a terminating pod on the nominated node.');
    cache.deletePod('x');
    expect(decide(cache, pod('low'), nominator)).toBe('0/1 nodes are available: 1 No preemption victims found for incoming pod.');
    expect(decide(cache, pod('higher', { priority: 200 }), nominator)).toBe('fits a');
    expect(decide(cache, high({ cpu: '2' }), nominator)).toBe('fits a');
  });

  test('the nominated node comes first', () => {
    const nominator = new Nominator();
    nominator.nominate(podInfoOf(high()), 'b');
    expect(decide(cluster({ a: [], b: [pod('x')] }), high(), nominator)).toBe('fits b');
  });
});
