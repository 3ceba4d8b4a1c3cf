import type { Node, Pod } from '@typernetes/api';
import { seededRandom } from '@typernetes/machinery';
import { ClusterCache } from '../cache/cluster-cache';
import { Nominator } from '../cache/nominator';
import { podInfoOf } from '../framework/pod-info';
import { defaultProfileConfiguration } from '../config/configuration';
import { buildProfile } from '../plugins/build-profile';
import { diagnosisMessage } from './diagnosis';
import { preempt } from './preemption';
import { feasibleNodesToFind, schedulePod } from './schedule-pod';

let uids = 0;

function node(name: string, change: Partial<Node> & { cpu?: string; labels?: Record<string, string> } = {}): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...change.labels } },
    spec: change.spec,
    status: { allocatable: { cpu: change.cpu ?? '4', memory: '8Gi', pods: '110' }, ...change.status },
  };
}

function pod(name: string, spec: Partial<NonNullable<Pod['spec']>> = {}, labels: Record<string, string> = {}): Pod {
  return { metadata: { name, namespace: 'default', uid: `uid-${uids++}`, labels }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } };
}

const asks = (cpu: string): Partial<NonNullable<Pod['spec']>> => ({ containers: [{ name: 'c', resources: { requests: { cpu } } }] });
const takes = (hostPort: number, hostIP?: string): Partial<NonNullable<Pod['spec']>> => ({
  containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort, hostIP, protocol: 'TCP' }] }],
});

function decide(cache: ClusterCache, subject: Pod): string {
  const info = podInfoOf(subject);
  const context = { profile: buildProfile(defaultProfileConfiguration()), snapshot: cache, nominator: new Nominator(), random: seededRandom(1), budgets: cache.budgets };
  const decision = schedulePod(info, { ...context, startIndex: 0 });
  if (decision.outcome === 'node') return decision.nodeName;
  const preemption = preempt(info, decision.diagnosis, context);
  return diagnosisMessage(decision.diagnosis, preemption.outcome === 'evict' ? '' : preemption.message);
}

function cluster(nodes: Node[], placed: [Pod, string][] = []): ClusterCache {
  const cache = new ClusterCache();
  for (const each of nodes) cache.setNode(each);
  for (const [each, nodeName] of placed) cache.setPod({ ...each, spec: { containers: [], ...each.spec, nodeName } });
  return cache;
}

const preemptable = (count: number, total = count): string =>
  `. preemption: 0/${total} nodes are available: ${count} No preemption victims found for incoming pod.`;
const hopeless = (count: number): string => `. preemption: 0/${count} nodes are available: ${count} Preemption is not helpful for scheduling.`;

const rows: [name: string, cache: () => ClusterCache, subject: Pod, expected: string][] = [
  ['no nodes', () => cluster([]), pod('p'), 'no nodes available to schedule pods'],
  ['the one node', () => cluster([node('a')]), pod('p'), 'a'],
  [
    'cpu that is taken',
    () => cluster([node('a')], [[pod('x', asks('3')), 'a']]),
    pod('p', asks('2')),
    `0/1 nodes are available: 1 Insufficient cpu${preemptable(1)}`,
  ],
  ['more cpu than any node has', () => cluster([node('a'), node('b')]), pod('p', asks('8')), `0/2 nodes are available: 2 Insufficient cpu${hopeless(2)}`],
  [
    'each node has its own reason',
    () =>
      cluster([
        node('a', { spec: { unschedulable: true } }),
        node('b', { spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } }),
        node('c', { cpu: '1' }),
      ]),
    pod('p', asks('2')),
    '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 1 node(s) were unschedulable' +
      hopeless(3),
  ],
  ['tolerated taint', () => cluster([node('a', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })]), pod('p', { tolerations: [{ key: 'k', operator: 'Exists' }] }), 'a'],
  [
    'PreferNoSchedule is avoided',
    () => cluster([node('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }), node('b')]),
    pod('p'),
    'b',
  ],
  ['nodeSelector', () => cluster([node('a'), node('b', { labels: { disk: 'ssd' } })]), pod('p', { nodeSelector: { disk: 'ssd' } }), 'b'],
  [
    'nodeSelector that nothing has',
    () => cluster([node('a')]),
    pod('p', { nodeSelector: { disk: 'ssd' } }),
    `0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector${hopeless(1)}`,
  ],
  [
    'preferred affinity',
    () => cluster([node('a'), node('b', { labels: { disk: 'ssd' } })]),
    pod('p', {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 50, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    }),
    'b',
  ],
  ['host port in use', () => cluster([node('a'), node('b')], [[pod('x', takes(80)), 'a']]), pod('p', takes(80)), 'b'],
  ['host port on another address', () => cluster([node('a')], [[pod('x', takes(80, '10.0.0.1')), 'a']]), pod('p', takes(80, '10.0.0.2')), 'a'],
  [
    'host port on all addresses collides with one address',
    () => cluster([node('a')], [[pod('x', takes(80, '10.0.0.1')), 'a']]),
    pod('p', takes(80)),
    `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports${preemptable(1)}`,
  ],
  ['emptier nodes win', () => cluster([node('a'), node('b')], [[pod('x', asks('2')), 'a']]), pod('p', asks('1')), 'b'],
  [
    'a full node by number of pods',
    () => cluster([node('a', { status: { allocatable: { cpu: '4', memory: '8Gi', pods: '1' } } })], [[pod('x'), 'a']]),
    pod('p'),
    `0/1 nodes are available: 1 Too many pods${preemptable(1)}`,
  ],
];

describe('schedulePod', () => {
  test.each(rows)('%s', (_name, cache, subject, expected) => expect(decide(cache(), subject)).toBe(expected));

  test('pods of one Service land on different nodes, even where that node is fuller', () => {
    const cache = cluster([node('a'), node('b')], [
      [pod('web-1', {}, { app: 'web' }), 'a'],
      [pod('other', asks('1')), 'b'],
    ]);
    const second = pod('web-2', {}, { app: 'web' });
    expect(decide(cache, second)).toBe('a');
    cache.setService({ metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } });
    expect(decide(cache, second)).toBe('b');
  });

  test('pods on their way out do not count when pods are spread', () => {
    const leaving = pod('web-1', {}, { app: 'web' });
    leaving.metadata = { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const cache = cluster([node('a'), node('b')], [
      [leaving, 'a'],
      [pod('other', asks('2')), 'b'],
    ]);
    cache.setService({ metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } });
    expect(decide(cache, pod('web-2', {}, { app: 'web' }))).toBe('a');
  });

  test('a hard constraint holds the skew', () => {
    const spread: Partial<NonNullable<Pod['spec']>> = {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    };
    const zones = [node('a', { labels: { zone: 'x' } }), node('b', { labels: { zone: 'y' }, cpu: '1' }), node('c')];
    const cache = cluster(zones, [[pod('web-1', {}, { app: 'web' }), 'a']]);
    expect(decide(cache, pod('web-2', spread, { app: 'web' }))).toBe('b');
    cache.deleteNode('b');
    cache.setNode(node('b', { labels: { zone: 'y' }, spec: { unschedulable: true } }));
    expect(decide(cache, pod('web-3', spread, { app: 'web' }))).toBe(
      "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable. " +
        'preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
    );
  });

  test.each([
    [50, 50],
    [100, 100],
    [1000, 420],
    [5000, 500],
    [10_000, 500],
  ])('of %d nodes %d are enough', (count, expected) => expect(feasibleNodesToFind(count, 0)).toBe(expected));

  test('or as many per cent as wished, but not fewer than 100', () => {
    expect([feasibleNodesToFind(1000, 100), feasibleNodesToFind(1000, 30), feasibleNodesToFind(1000, 1), feasibleNodesToFind(50, 1)]).toEqual([1000, 300, 100, 50]);
  });
});

describe('ClusterCache', () => {
  test('an assumed pod takes room at once and gives it back', () => {
    const cache = cluster([node('a', { cpu: '2' })]);
    const first = podInfoOf(pod('x', asks('2')));
    cache.assume(first, 'a');
    expect(decide(cache, pod('p', asks('1')))).toContain('Insufficient cpu');
    cache.forget(first.uid);
    expect(decide(cache, pod('p', asks('1')))).toBe('a');
  });

  test('a confirmed pod is not forgotten', () => {
    const cache = cluster([node('a', { cpu: '2' })]);
    const subject = pod('x', asks('2'));
    cache.assume(podInfoOf(subject), 'a');
    cache.setPod({ ...subject, spec: { containers: [], ...subject.spec, nodeName: 'a' } });
    cache.forget(subject.metadata?.uid ?? '');
    expect(decide(cache, pod('p', asks('1')))).toContain('Insufficient cpu');
  });

  test('sums equal those of a rebuild after random changes', () => {
    const random = seededRandom(42);
    const cache = cluster(['a', 'b', 'c'].map((name) => node(name)));
    const alive = new Map<string, [Pod, string]>();
    for (let i = 0; i < 300; i++) {
      const nodeName = ['a', 'b', 'c'][Math.floor(random.next() * 3)] ?? 'a';
      if (alive.size && random.next() < 0.4) {
        const [uid] = [...alive.keys()][Math.floor(random.next() * alive.size)] ? [[...alive.keys()][Math.floor(random.next() * alive.size)]] : [];
        if (uid) {
          alive.delete(uid);
          cache.deletePod(uid);
        }
        continue;
      }
      const created = pod(`p${i}`, { ...asks(`${Math.floor(random.next() * 500)}m`), nodeName });
      alive.set(created.metadata?.uid ?? '', [created, nodeName]);
      cache.setPod(created);
    }
    const rebuilt = cluster(['a', 'b', 'c'].map((name) => node(name)), [...alive.values()]);
    for (const name of ['a', 'b', 'c']) {
      expect(cache.node(name)?.requested['cpu'] ?? 0).toBe(rebuilt.node(name)?.requested['cpu'] ?? 0);
      expect(cache.node(name)?.pods.size).toBe(rebuilt.node(name)?.pods.size);
    }
  });
});
