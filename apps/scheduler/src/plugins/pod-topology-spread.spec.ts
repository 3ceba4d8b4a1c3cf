import type { Pod, TopologySpreadConstraint } from '@typernetes/api';
import { seededRandom } from '@typernetes/machinery';
import { ClusterCache } from '../cache/cluster-cache';
import { podInfoOf } from '../framework/pod-info';
import { defaultPluginArgs } from '../config/plugin-args';
import { podTopologySpread as withArgs } from './pod-topology-spread';

const podTopologySpread = withArgs(defaultPluginArgs.PodTopologySpread);

const labels = { app: 'web' };
const constraint = (more: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels }, ...more });
const pod = (uid: string, spec: Partial<NonNullable<Pod['spec']>> = {}, more: Record<string, string> = {}): Pod => ({
  metadata: { uid, name: uid, namespace: 'default', labels: { ...labels, ...more } },
  spec: { containers: [], ...spec },
});

/** a1 and a2 in zone a, b1 in zone b, `tainted` in zone c. */
function cluster(...placed: [name: string, node: string, labels?: Record<string, string>][]): ClusterCache {
  const cache = new ClusterCache();
  for (const [name, zone] of [['a1', 'a'], ['a2', 'a'], ['b1', 'b'], ['tainted', 'c']] as const) {
    cache.setNode({ metadata: { name, labels: { zone, host: name } }, spec: name === 'tainted' ? { taints: [{ key: 'k', effect: 'NoSchedule' }] } : {} });
  }
  for (const [name, nodeName, more] of placed) cache.setPod(pod(name, { nodeName }, more));
  return cache;
}

function fits(cache: ClusterCache, subject: Pod): string {
  const filter = podTopologySpread.prepareFilter?.(podInfoOf(subject), cache);
  return cache.nodes.filter((node) => !filter?.(node)).map(({ name }) => name).join();
}

const spread = (...constraints: TopologySpreadConstraint[]): Partial<NonNullable<Pod['spec']>> => ({ topologySpreadConstraints: constraints });

describe('PodTopologySpread', () => {
  test.each<[string, ClusterCache, Pod, string]>([
    ['all are empty', cluster(), pod('p', spread(constraint())), 'a1,a2,b1,tainted'],
    ['the fuller zone is out', cluster(['x', 'a1']), pod('p', spread(constraint())), 'b1,tainted'],
    ['a wider skew', cluster(['x', 'a1']), pod('p', spread(constraint({ maxSkew: 2 }))), 'a1,a2,b1,tainted'],
    ['soft ones do not filter', cluster(['x', 'a1']), pod('p', spread(constraint({ whenUnsatisfiable: 'ScheduleAnyway' }))), 'a1,a2,b1,tainted'],
    ['a tainted zone counts, unless taints are honoured', cluster(['x', 'a1'], ['y', 'b1']), pod('p', spread(constraint())), 'tainted'],
    ['taints honoured', cluster(['x', 'a1'], ['y', 'b1']), pod('p', spread(constraint({ nodeTaintsPolicy: 'Honor' }))), 'a1,a2,b1,tainted'],
    ['zones that the pod cannot go to do not count', cluster(['x', 'a1']), pod('p', { ...spread(constraint()), nodeSelector: { zone: 'a' } }), 'a1,a2,b1,tainted'],
    ['unless node affinity is ignored', cluster(['x', 'a1']), pod('p', { ...spread(constraint({ nodeAffinityPolicy: 'Ignore' })), nodeSelector: { zone: 'a' } }), 'b1,tainted'],
    ['fewer domains than minDomains: the emptiest counts as empty', cluster(['x', 'a1'], ['y', 'b1'], ['z', 'tainted']), pod('p', spread(constraint({ minDomains: 4 }))), ''],
    ['two constraints must both hold', cluster(['x', 'a1'], ['y', 'b1'], ['z', 'tainted']), pod('p', spread(constraint(), constraint({ topologyKey: 'host' }))), 'a2'],
    ['matchLabelKeys: only the own revision', cluster(['x', 'a1', { rev: '1' }]), pod('p', spread(constraint({ matchLabelKeys: ['rev'] })), { rev: '2' }), 'a1,a2,b1,tainted'],
    ['a key that no node has', cluster(), pod('p', spread(constraint({ topologyKey: 'rack' }))), ''],
  ])('%s', (_name, cache, subject, expected) => expect(fits(cache, subject)).toBe(expected));

  test('what the index keeps is what counting node by node finds', () => {
    const random = seededRandom(7);
    const cache = new ClusterCache();
    const one = <T>(values: readonly T[]): T => values[Math.floor(random.next() * values.length)] as T;
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const relabel = (name: string): void => cache.setNode({ metadata: { name, labels: { zone: one(['a', 'b', 'c']), host: name } } });
    names.forEach(relabel);
    for (let i = 0; i < 400; i++) {
      const chance = random.next();
      if (chance < 0.5) cache.setPod(pod(`p${i}`, { nodeName: one(names) }, { app: one(['web', 'db']) }));
      else if (chance < 0.8) cache.deletePod(`p${Math.floor(random.next() * i)}`);
      else if (chance < 0.9) relabel(one(names));
      else {
        const name = one(names);
        cache.deleteNode(name);
        if (random.next() < 0.8) relabel(name);
      }
      for (const topologyKey of ['zone', 'host']) {
        // No node is tainted: honouring taints changes nothing but the way of counting.
        const of = (more: Partial<TopologySpreadConstraint>): string => fits(cache, pod('p', spread(constraint({ topologyKey, maxSkew: 2, ...more }))));
        expect(of({})).toBe(of({ nodeTaintsPolicy: 'Honor' }));
      }
    }
  });
});
