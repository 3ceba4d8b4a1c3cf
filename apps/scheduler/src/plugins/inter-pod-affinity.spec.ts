import type { PodAffinityTerm } from '@typernetes/api';
import { ClusterCache } from '../cache/cluster-cache';
import { podInfoOf } from '../framework/pod-info';
import type { PodInfo } from '../framework/pod-info';
import { defaultPluginArgs } from '../config/plugin-args';
import { interPodAffinity as withArgs } from './inter-pod-affinity';

const interPodAffinity = withArgs(defaultPluginArgs.InterPodAffinity);

type Affinity = 'required' | 'requiredAnti' | 'preferred' | 'preferredAnti';
let uids = 0;

/** `zone`: one of the term's topology key; the selector asks for `app`. */
const term = (app: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } }, ...more });

function pod(labels: Record<string, string>, affinity: Partial<Record<Affinity, PodAffinityTerm[]>> = {}, namespace = 'default'): PodInfo {
  const of = (required: PodAffinityTerm[] = [], preferred: PodAffinityTerm[] = []): object => ({
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred.map((podAffinityTerm) => ({ weight: 10, podAffinityTerm })),
  });
  const uid = `u${uids++}`;
  return podInfoOf({
    metadata: { uid, name: uid, namespace, labels },
    spec: { containers: [], affinity: { podAffinity: of(affinity.required, affinity.preferred), podAntiAffinity: of(affinity.requiredAnti, affinity.preferredAnti) } },
  });
}

/** a1 and a2 in zone a, b1 in zone b, and `bare` in none. */
function cluster(placed: [PodInfo, string][] = []): ClusterCache {
  const cache = new ClusterCache();
  for (const [name, zone] of [['a1', 'a'], ['a2', 'a'], ['b1', 'b'], ['bare', undefined]] as const) {
    cache.setNode({ metadata: { name, labels: { 'kubernetes.io/hostname': name, ...(zone && { zone }) } } });
  }
  cache.setNamespace({ metadata: { name: 'default', labels: { team: 'x' } } });
  cache.setNamespace({ metadata: { name: 'other', labels: { team: 'y' } } });
  for (const [info, node] of placed) cache.assume(info, node);
  return cache;
}

function fits(cache: ClusterCache, subject: PodInfo): string {
  const filter = interPodAffinity.prepareFilter?.(subject, cache);
  return cache.nodes.filter((node) => !filter?.(node)).map(({ name }) => name).join();
}

const everywhere = 'a1,a2,b1,bare';

const rows: [name: string, placed: [PodInfo, string][], subject: PodInfo, expected: string][] = [
  ['no affinity anywhere', [[pod({ app: 'db' }), 'a1']], pod({ app: 'web' }), everywhere],
  ['near another', [[pod({ app: 'db' }), 'a1']], pod({ app: 'web' }, { required: [term('db')] }), 'a1,a2'],
  ['near one that is not there', [], pod({ app: 'web' }, { required: [term('db')] }), ''],
  ['the first of a group goes to any domain', [], pod({ app: 'web' }, { required: [term('web')] }), 'a1,a2,b1'],
  ['the second of a group follows', [[pod({ app: 'web' }), 'b1']], pod({ app: 'web' }, { required: [term('web')] }), 'b1'],
  [
    'one pod must match all terms',
    [[pod({ app: 'db' }), 'a1'], [pod({ tier: 'x' }), 'a1']],
    pod({ app: 'web' }, { required: [term('db'), { topologyKey: 'zone', labelSelector: { matchLabels: { tier: 'x' } } }] }),
    '',
  ],
  ['far from another', [[pod({ app: 'db' }), 'a1']], pod({ app: 'web' }, { requiredAnti: [term('db')] }), 'b1,bare'],
  ['far by hostname', [[pod({ app: 'db' }), 'a1']], pod({ app: 'web' }, { requiredAnti: [term('db', { topologyKey: 'kubernetes.io/hostname' })] }), 'a2,b1,bare'],
  ['a placed pod keeps others away', [[pod({ app: 'db' }, { requiredAnti: [term('web')] }), 'a1']], pod({ app: 'web' }), 'b1,bare'],
  ['a placed pod does not mind strangers', [[pod({ app: 'db' }, { requiredAnti: [term('web')] }), 'a1']], pod({ app: 'mail' }), everywhere],
  ['other namespaces do not count', [[pod({ app: 'db' }, {}, 'other'), 'a1']], pod({ app: 'web' }, { requiredAnti: [term('db')] }), everywhere],
  ['named namespaces count', [[pod({ app: 'db' }, {}, 'other'), 'a1']], pod({ app: 'web' }, { requiredAnti: [term('db', { namespaces: ['other'] })] }), 'b1,bare'],
  [
    'namespaces by label count',
    [[pod({ app: 'db' }, {}, 'other'), 'a1'], [pod({ app: 'db' }), 'b1']],
    pod({ app: 'web' }, { requiredAnti: [term('db', { namespaceSelector: { matchLabels: { team: 'y' } } })] }),
    'b1,bare',
  ],
  ['an empty namespace selector means all', [[pod({ app: 'db' }, {}, 'other'), 'a1']], pod({ app: 'web' }, { requiredAnti: [term('db', { namespaceSelector: {} })] }), 'b1,bare'],
  ['no selector means no pod', [[pod({ app: 'db' }), 'a1']], pod({ app: 'db' }, { requiredAnti: [{ topologyKey: 'zone' }] }), everywhere],
  [
    'matchLabelKeys: only the own revision',
    [[pod({ app: 'web', rev: '1' }), 'a1'], [pod({ app: 'web', rev: '2' }), 'b1']],
    pod({ app: 'web', rev: '2' }, { requiredAnti: [term('web', { matchLabelKeys: ['rev'] })] }),
    'a1,a2,bare',
  ],
  [
    'mismatchLabelKeys: only other tenants',
    [[pod({ app: 'web', tenant: '1' }), 'a1'], [pod({ app: 'web', tenant: '2' }), 'b1']],
    pod({ app: 'web', tenant: '2' }, { requiredAnti: [term('web', { mismatchLabelKeys: ['tenant'] })] }),
    'b1,bare',
  ],
];

describe('InterPodAffinity', () => {
  test.each(rows)('%s', (_name, placed, subject, expected) => expect(fits(cluster(placed), subject)).toBe(expected));

  test.each<[string, PodInfo, PodInfo, number[]]>([
    ['the pod likes another', pod({ app: 'db' }), pod({ app: 'web' }, { preferred: [term('db')] }), [100, 100, 0, 0]],
    ['the pod dislikes another', pod({ app: 'db' }), pod({ app: 'web' }, { preferredAnti: [term('db')] }), [0, 0, 100, 100]],
    ['another likes the pod', pod({ app: 'db' }, { preferred: [term('web')] }), pod({ app: 'web' }), [100, 100, 0, 0]],
    ['another dislikes the pod', pod({ app: 'db' }, { preferredAnti: [term('web')] }), pod({ app: 'web' }), [0, 0, 100, 100]],
    ['another needs the pod', pod({ app: 'db' }, { required: [term('web')] }), pod({ app: 'web' }), [100, 100, 0, 0]],
  ])('score: %s', (_name, placed, subject, expected) => {
    const cache = cluster([[placed, 'a1']]);
    const scorer = interPodAffinity.prepareScore?.(subject, cache, cache.nodes);
    const scores = cache.nodes.map((node) => scorer?.score(node) ?? 0);
    scorer?.normalize?.(scores);
    expect(scores).toEqual(expected);
  });

  test('answers follow pods, labels of nodes and labels of namespaces', () => {
    const db = pod({ app: 'db' }, {}, 'other');
    const cache = cluster([[db, 'a1']]);
    const subject = pod({ app: 'web' }, { requiredAnti: [term('db', { namespaceSelector: { matchLabels: { team: 'y' } } })] });
    expect(fits(cache, subject)).toBe('b1,bare');
    cache.setNode({ metadata: { name: 'a1', labels: { zone: 'b' } } });
    expect(fits(cache, subject)).toBe('a2,bare');
    cache.setNamespace({ metadata: { name: 'other', labels: {} } });
    expect(fits(cache, subject)).toBe(everywhere);
    cache.setNamespace({ metadata: { name: 'other', labels: { team: 'y' } } });
    expect(fits(cache, subject)).toBe('a2,bare');
    cache.deletePod(db.uid);
    expect(fits(cache, subject)).toBe(everywhere);
  });
});
