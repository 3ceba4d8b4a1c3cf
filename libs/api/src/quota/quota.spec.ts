import { formatQuantity, type KubernetesObject } from '@typernetes/machinery';
import type { Pod, PodSpec, ResourceQuotaSpec } from '../generated/types';
import { countsTowards, missingForQuota, quotaUsage } from './quota-usage';
import { isInScope } from './quota-scopes';

const nowMs = Date.UTC(2026, 0, 1);
const used = (resource: string, object: KubernetesObject, group = ''): Record<string, string> =>
  Object.fromEntries([...quotaUsage({ group, resource }, object, nowMs)].map(([name, amount]) => [name, formatQuantity(amount)]));
const pod = (spec: Partial<PodSpec>, rest: Partial<Pod> = {}): Pod => ({ spec: { containers: [{ name: 'c' }], ...spec }, ...rest });
const asking = pod({
  containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '1Gi', 'example.com/dongle': '2' }, limits: { cpu: '1', 'example.com/dongle': '2' } } }],
  overhead: { cpu: '100m' },
});

test.each<[string, string, KubernetesObject, Record<string, string>]>([
  [
    'a pod',
    'pods',
    asking,
    { 'count/pods': '1', pods: '1', cpu: '600m', 'requests.cpu': '600m', memory: '1Gi', 'requests.memory': '1Gi', 'requests.example.com/dongle': '2', 'limits.cpu': '1100m' },
  ],
  ['an ended pod', 'pods', { ...asking, status: { phase: 'Succeeded' } } as Pod, { 'count/pods': '1' }],
  ['a pod beyond its grace', 'pods', { ...asking, metadata: { deletionTimestamp: '2025-12-31T00:00:00Z', deletionGracePeriodSeconds: 30 } }, { 'count/pods': '1' }],
  ['a service', 'services', { spec: { type: 'ClusterIP', ports: [{ port: 1 }] } } as KubernetesObject, { 'count/services': '1', services: '1', 'services.nodeports': '0', 'services.loadbalancers': '0' }],
  ['a node port', 'services', { spec: { type: 'NodePort', ports: [{}, {}] } } as KubernetesObject, { 'count/services': '1', services: '1', 'services.nodeports': '2', 'services.loadbalancers': '0' }],
  [
    'a load balancer without node ports',
    'services',
    { spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{}, { nodePort: 30000 }] } } as KubernetesObject,
    { 'count/services': '1', services: '1', 'services.nodeports': '1', 'services.loadbalancers': '1' },
  ],
  [
    'a claim',
    'persistentvolumeclaims',
    { spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } } } as KubernetesObject,
    {
      'count/persistentvolumeclaims': '1',
      persistentvolumeclaims: '1',
      'requests.storage': '1Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
    },
  ],
  ['a ConfigMap', 'configmaps', {}, { 'count/configmaps': '1', configmaps: '1' }],
])('%s uses', (_name, resource, object, expected) => expect(used(resource, object)).toEqual(expected));

test('any kind is counted by its group', () => expect(used('deployments', {}, 'apps')).toEqual({ 'count/deployments.apps': '1' }));

test.each<[string, string, string, boolean]>([
  ['', 'pods', 'requests.cpu', true],
  ['', 'pods', 'requests.example.com/dongle', true],
  ['', 'pods', 'requests.storage', false],
  ['', 'pods', 'services', false],
  ['', 'persistentvolumeclaims', 'gold.storageclass.storage.k8s.io/requests.storage', true],
  ['', 'secrets', 'secrets', true],
  ['apps', 'deployments', 'count/deployments.apps', true],
  ['', 'endpoints', 'endpoints', false],
])('%s/%s counts towards %s: %s', (group, resource, name, expected) => expect(countsTowards({ group, resource }, name)).toBe(expected));

test('a quota on compute makes containers speak', () => {
  const silent = pod({ containers: [{ name: 'b' }, { name: 'a', resources: { requests: { cpu: '1' } } }] });
  expect(missingForQuota(['pods', 'requests.cpu', 'limits.memory'], silent)).toBe('must specify limits.memory for: a,b; requests.cpu for: b');
  expect(missingForQuota(['requests.cpu'], asking)).toBeUndefined();
  expect(missingForQuota(['requests.cpu'], pod({ resources: { requests: { cpu: '1' } } }))).toBeUndefined();
});

test.each<[string, ResourceQuotaSpec, Pod, boolean]>([
  ['none', {}, asking, true],
  ['BestEffort', { scopes: ['BestEffort'] }, pod({}), true],
  ['BestEffort', { scopes: ['BestEffort'] }, asking, false],
  ['NotBestEffort', { scopes: ['NotBestEffort'] }, asking, true],
  ['Terminating', { scopes: ['Terminating'] }, pod({ activeDeadlineSeconds: 5 }), true],
  ['NotTerminating', { scopes: ['NotTerminating'] }, pod({ activeDeadlineSeconds: 5 }), false],
  ['all must hold', { scopes: ['NotTerminating', 'BestEffort'] }, asking, false],
  ['a priority', { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } }, pod({ priorityClassName: 'high' }), true],
  ['another priority', { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }] } }, pod({ priorityClassName: 'high' }), false],
  [
    'affinity across namespaces',
    { scopes: ['CrossNamespacePodAffinity'] },
    pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', namespaceSelector: {} }] } } }),
    true,
  ],
  ['affinity at home', { scopes: ['CrossNamespacePodAffinity'] }, pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] } } }), false],
])('scope %s', (_name, spec, object, expected) => expect(isInScope({ spec }, 'pods', object)).toBe(expected));

test('other kinds have no scopes', () => expect(isInScope({ spec: { scopes: ['BestEffort'] } }, 'services', {})).toBe(false));
