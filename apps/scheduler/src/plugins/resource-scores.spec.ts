import type { NodeResourcesFitArgs } from '../config/plugin-args';
import { defaultPluginArgs } from '../config/plugin-args';
import { NodeInfo } from '../framework/node-info';
import { podInfoOf } from '../framework/pod-info';
import { nodeAffinity } from './node-affinity';
import { nodeResourcesFit } from './node-resources-fit';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation';
import { brokenLine, resourceScorer } from './resource-scores';

const asks = (requests: Record<string, string>, uid = 'p') => podInfoOf({ metadata: { uid, name: uid, namespace: 'default' }, spec: { containers: [{ name: 'c', resources: { requests } }] } });

/** 4 cores and 4 Gi, of which 1 core and 2 Gi are taken, and 2 devices. */
function node(): NodeInfo {
  const info = new NodeInfo('n');
  info.setNode({ metadata: { name: 'n', labels: { disk: 'ssd' } }, status: { allocatable: { cpu: '4', memory: '4Gi', pods: '10', 'example.com/device': '2' } } });
  info.addPod(asks({ cpu: '1', memory: '2Gi' }, 'x'));
  return info;
}

const both = defaultPluginArgs.NodeResourcesFit.scoringStrategy.resources;
const shape = [{ utilization: 0, score: 0 }, { utilization: 50, score: 10 }, { utilization: 100, score: 2 }];
const one = { cpu: '1', memory: '1Gi' };

test.each<[what: string, strategy: Partial<NodeResourcesFitArgs['scoringStrategy']>, requests: Record<string, string>, score: number]>([
  ['half of the cores and a quarter of memory are left', { type: 'LeastAllocated' }, one, 37],
  ['the same, by what is used', { type: 'MostAllocated' }, one, 62],
  ['cores count thrice', { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 3 }, { name: 'memory', weight: 1 }] }, one, 43],
  ['by a shape', { type: 'RequestedToCapacityRatio', shape }, one, 80],
  ['a device that the pod does not ask for does not count', { type: 'LeastAllocated', resources: [...both, { name: 'example.com/device', weight: 1 }] }, one, 37],
  ['nor one that the node does not have', { type: 'LeastAllocated', resources: [...both, { name: 'example.com/other', weight: 1 }] }, { ...one, 'example.com/other': '1' }, 37],
  ['one that it asks for does', { type: 'MostAllocated', resources: [{ name: 'example.com/device', weight: 1 }] }, { ...one, 'example.com/device': '1' }, 50],
])('%s', (_, strategy, requests, score) => expect(resourceScorer({ type: 'LeastAllocated', resources: both, shape: [], ...strategy })(asks(requests))(node())).toBe(score));

test.each([[0, 0], [25, 50], [50, 100], [75, 60], [100, 20], [101, 20]])('a broken line at %d per cent', (percent, score) => expect(brokenLine(shape)(100, percent)).toBe(score));

test('ignored resources are not looked for', () => {
  const filterOf = (args: Partial<NodeResourcesFitArgs>) => nodeResourcesFit({ ...defaultPluginArgs.NodeResourcesFit, ...args }).prepareFilter?.(asks({ 'gone.example/a': '1' }), undefined as never);
  expect(filterOf({})?.(node())?.reasons).toEqual(['Insufficient gone.example/a']);
  expect(filterOf({ ignoredResources: ['gone.example/a'] })?.(node())).toBeUndefined();
  expect(filterOf({ ignoredResourceGroups: ['gone.example'] })?.(node())).toBeUndefined();
});

test('balance: the less the degrees of use differ the better', () => {
  const scoreOf = (requests: Record<string, string>) => nodeResourcesBalancedAllocation(defaultPluginArgs.NodeResourcesBalancedAllocation).prepareScore?.(asks(requests), undefined as never, [])?.score(node());
  expect([scoreOf({ cpu: '1' }), scoreOf({ cpu: '3' }), scoreOf({})]).toEqual([100, 75, undefined]);
});

test('a profile may add node affinity', () => {
  const required = (values: string[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values }] }] } });
  const reasons = (values: string[]) => nodeAffinity({ addedAffinity: required(values) }).prepareFilter?.(asks({}), undefined as never)?.(node())?.reasons;
  expect(reasons(['ssd'])).toBeUndefined();
  expect(reasons(['tape'])).toEqual(["node(s) didn't match scheduler-enforced node affinity"]);
});
