import type { Pod } from '@typernetes/api';
import { ClusterCache } from '../cache/cluster-cache';
import { defaultProfileConfiguration } from '../config/configuration';
import { nodeChanges } from '../follow-cluster';
import type { ClusterEvent } from '../framework/cluster-event';
import type { NodeInfo } from '../framework/node-info';
import type { PodInfo } from '../framework/pod-info';
import { podInfoOf } from '../framework/pod-info';
import { buildProfile } from '../plugins/build-profile';
import { hintBook } from './hint-book';

const { filters } = buildProfile(defaultProfileConfiguration());
const hints = hintBook([filters], () => filters);

let uids = 0;
function pod(spec: Partial<NonNullable<Pod['spec']>> = {}, labels: Record<string, string> = {}): PodInfo {
  const uid = `u${uids++}`;
  return podInfoOf({ metadata: { uid, name: uid, namespace: 'default', labels }, spec: { containers: [{ name: 'c' }], ...spec } });
}
function node(cpu: string, labels: Record<string, string> = {}, spec: object = {}): NodeInfo {
  const cache = new ClusterCache();
  cache.setNode({ metadata: { name: 'n', labels }, spec, status: { allocatable: { cpu, memory: '8Gi', pods: '10' } } });
  const [info] = cache.nodes;
  if (!info) throw new Error('no node');
  return info;
}

const asks = (cpu: string): PodInfo => pod({ containers: [{ name: 'c', resources: { requests: { cpu } } }] });
const near = (kind: 'podAffinity' | 'podAntiAffinity'): PodInfo =>
  pod({ affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }] } } });
const spread = pod({ topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }] });
const added = (labels: Record<string, string>): ClusterEvent => ({ kind: 'AssignedPodAdd', pod: pod({}, labels) });
const gone = (other: PodInfo, where: NodeInfo | undefined = undefined): ClusterEvent => ({ kind: 'AssignedPodDelete', pod: other, node: where });
const port = (hostPort: number): PodInfo => pod({ containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort }] }] });

const rows: [plugin: string, subject: PodInfo, what: string, event: ClusterEvent, helps: boolean][] = [
  ['NodeResourcesFit', asks('2'), 'a node that is big enough', { kind: 'NodeAdd', node: node('2') }, true],
  ['NodeResourcesFit', asks('2'), 'one that is too small', { kind: 'NodeAdd', node: node('1') }, false],
  ['NodeResourcesFit', asks('2'), 'a node grows enough', { kind: 'NodeUpdateAllocatable', node: node('3') }, true],
  ['NodeResourcesFit', asks('2'), 'a node has other labels', { kind: 'NodeUpdateLabel', node: node('3') }, false],
  ['NodeResourcesFit', asks('2'), 'a pod leaves a node that would do', gone(asks('1'), node('2')), true],
  ['NodeResourcesFit', asks('2'), 'a pod leaves one that never does', gone(asks('1'), node('1')), false],
  ['NodeResourcesFit', asks('2'), 'a pod shrinks', { kind: 'AssignedPodUpdate', pod: asks('1'), before: asks('2') }, true],
  ['NodeResourcesFit', asks('2'), 'a pod grows', { kind: 'AssignedPodUpdate', pod: asks('2'), before: asks('1') }, false],
  ['NodeAffinity', pod({ nodeSelector: { disk: 'ssd' } }), 'a node gets the label', { kind: 'NodeUpdateLabel', node: node('1', { disk: 'ssd' }) }, true],
  ['NodeAffinity', pod({ nodeSelector: { disk: 'ssd' } }), 'a node gets another', { kind: 'NodeUpdateLabel', node: node('1', { disk: 'tape' }) }, false],
  ['TaintToleration', pod(), 'a node is tainted still', { kind: 'NodeUpdateTaint', node: node('1', {}, { taints: [{ key: 'k', effect: 'NoSchedule' }] }) }, false],
  ['TaintToleration', pod(), 'a node is no longer', { kind: 'NodeUpdateTaint', node: node('1') }, true],
  ['NodeUnschedulable', pod(), 'uncordoned', { kind: 'NodeUpdateTaint', node: node('1') }, true],
  ['NodeUnschedulable', pod(), 'cordoned', { kind: 'NodeUpdateTaint', node: node('1', {}, { unschedulable: true }) }, false],
  ['NodePorts', port(80), 'who had the port leaves', gone(port(80)), true],
  ['NodePorts', port(80), 'who had another leaves', gone(port(81)), false],
  ['InterPodAffinity', near('podAffinity'), 'one of those it seeks', added({ app: 'web' }), true],
  ['InterPodAffinity', near('podAffinity'), 'another', added({ app: 'db' }), false],
  ['InterPodAffinity', near('podAntiAffinity'), 'one of those it flees comes', added({ app: 'web' }), false],
  ['InterPodAffinity', near('podAntiAffinity'), 'one of those it flees goes', gone(pod({}, { app: 'web' })), true],
  ['InterPodAffinity', near('podAntiAffinity'), 'another goes', gone(pod({}, { app: 'db' })), false],
  ['InterPodAffinity', pod({}, { app: 'web' }), 'one that fled it goes', gone(near('podAntiAffinity')), true],
  ['InterPodAffinity', near('podAffinity'), 'a node without its zone', { kind: 'NodeAdd', node: node('1') }, false],
  ['PodTopologySpread', spread, 'one that counts comes', added({ app: 'web' }), true],
  ['PodTopologySpread', spread, 'one that does not count goes', gone(pod({}, { app: 'db' })), false],
  ['PodTopologySpread', spread, 'a domain may go', { kind: 'NodeDelete', node: node('1') }, true],
];

test.each(rows.map(([plugin, subject, what, event, helps]) => ({ plugin, subject, what, event, helps })))('$plugin: $what', ({ plugin, subject, event, helps }) => {
  // What a hint says, and what the index of hints says before it is asked.
  expect(hints.pluginsFor(event.kind).includes(plugin) && hints.mayHelp(subject, plugin, event)).toBe(helps);
});

test('what of a node has changed', () => {
  const before = { metadata: { labels: { a: '1' } }, spec: {}, status: { allocatable: { cpu: '1' } } };
  expect(nodeChanges({ ...before, status: { ...before.status, conditions: [] } }, before)).toEqual([]);
  expect(nodeChanges({ metadata: { labels: {} }, spec: { unschedulable: true }, status: { allocatable: { cpu: '2' } } }, before)).toEqual(['NodeUpdateAllocatable', 'NodeUpdateLabel', 'NodeUpdateTaint']);
});
