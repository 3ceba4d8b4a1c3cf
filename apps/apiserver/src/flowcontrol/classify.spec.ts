import { mandatoryFlowSchemas, suggestedFlowSchemas, type FlowSchema } from '@typernetes/api';
import { classify, matchesSchema, orderOfMatching, type RequestToClassify } from './classify';

const schemas = orderOfMatching([...suggestedFlowSchemas, ...mandatoryFlowSchemas]);
const everyLevel = (): boolean => true;

const user = (name: string, ...groups: string[]): RequestToClassify['user'] => ({ name, groups: [...groups, 'system:authenticated'] });
const node = user('system:node:n', 'system:nodes');
const manager = user('system:kube-controller-manager');
const account = (namespace: string, name: string): RequestToClassify['user'] =>
  user(`system:serviceaccount:${namespace}:${name}`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`);

function resource(who: RequestToClassify['user'], verb: string, name: string, { group = '', namespace = '' } = {}): RequestToClassify {
  const [plural = '', subresource = ''] = name.split('/');
  return { user: who, verb, target: { type: 'resource', group, resource: plural, subresource, namespace } };
}

const path = (who: RequestToClassify['user'], verb: string, url: string): RequestToClassify => ({ user: who, verb, target: { type: 'path', path: url } });
const leases = { group: 'coordination.k8s.io', namespace: 'kube-system' };

test.each<[string, RequestToClassify, [schema: string, level: string, distinguisher: string]]>([
  ['an administrator', resource(user('admin', 'system:masters'), 'list', 'pods'), ['exempt', 'exempt', '']],
  ['a probe', path({ name: 'system:anonymous', groups: ['system:unauthenticated'] }, 'get', '/readyz'), ['probes', 'exempt', '']],
  ['leader election', resource(manager, 'update', 'leases', leases), ['system-leader-election', 'leader-election', 'system:kube-controller-manager']],
  ['endpoints of the controller', resource(manager, 'update', 'endpoints', { namespace: 'a' }), ['endpoint-controller', 'workload-high', 'system:kube-controller-manager']],
  ['a node that is alive', resource(node, 'patch', 'nodes/status'), ['system-node-high', 'node-high', 'system:node:n']],
  ['the lease of a node', resource(node, 'update', 'leases', leases), ['system-node-high', 'node-high', 'system:node:n']],
  ['a node', resource(node, 'patch', 'pods/status', { namespace: 'a' }), ['system-nodes', 'system', 'system:node:n']],
  ['the manager', resource(manager, 'create', 'pods', { namespace: 'a' }), ['kube-controller-manager', 'workload-high', 'a']],
  ['the scheduler', resource(user('system:kube-scheduler'), 'list', 'pods'), ['kube-scheduler', 'workload-high', '']],
  ['an account of the system', resource(account('kube-system', 'x'), 'list', 'pods'), ['kube-system-service-accounts', 'workload-high', '']],
  ['another account', resource(account('a', 'x'), 'list', 'pods', { namespace: 'a' }), ['service-accounts', 'workload-low', 'system:serviceaccount:a:x']],
  ['anybody', resource(user('u'), 'list', 'pods'), ['global-default', 'global-default', 'u']],
  ['a path', path(user('u'), 'get', '/version'), ['global-default', 'global-default', 'u']],
])('%s', (_name, request, [schema, level, distinguisher]) => {
  expect(classify(schemas, request, everyLevel)).toEqual({ schema: expect.objectContaining({ metadata: { name: schema } }), priorityLevel: level, distinguisher });
});

test('a schema whose level is missing is passed over', () => {
  const flow = classify(schemas, resource(user('u'), 'list', 'pods'), (level) => level !== 'global-default');
  expect(flow).toMatchObject({ priorityLevel: 'catch-all', distinguisher: 'u' });
  expect(classify([], resource(user('u'), 'list', 'pods'), everyLevel)).toBeUndefined();
});

function schemaOf(rule: { urls?: string[]; resources?: string[]; namespaces?: string[]; clusterScope?: boolean }): FlowSchema {
  return {
    spec: {
      priorityLevelConfiguration: { name: 'l' },
      rules: [{
        subjects: [{ kind: 'User', user: { name: '*' } }],
        nonResourceRules: rule.urls ? [{ verbs: ['get'], nonResourceURLs: rule.urls }] : [],
        resourceRules: rule.resources ? [{ verbs: ['get'], apiGroups: [''], resources: rule.resources, namespaces: rule.namespaces, clusterScope: rule.clusterScope }] : [],
      }],
    },
  };
}

test.each<[string, FlowSchema, RequestToClassify, boolean]>([
  ['a path below', schemaOf({ urls: ['/a/*'] }), path(user('u'), 'get', '/a/b'), true],
  ['a path beside', schemaOf({ urls: ['/a/*'] }), path(user('u'), 'get', '/ab'), false],
  ['another verb', schemaOf({ urls: ['*'] }), path(user('u'), 'post', '/a'), false],
  ['a subresource of its own', schemaOf({ resources: ['pods'], namespaces: ['*'] }), resource(user('u'), 'get', 'pods/log', { namespace: 'a' }), false],
  ['a namespace', schemaOf({ resources: ['pods'], namespaces: ['a'] }), resource(user('u'), 'get', 'pods', { namespace: 'a' }), true],
  ['another namespace', schemaOf({ resources: ['pods'], namespaces: ['a'] }), resource(user('u'), 'get', 'pods', { namespace: 'b' }), false],
  ['all namespaces at once', schemaOf({ resources: ['pods'], namespaces: ['*'] }), resource(user('u'), 'get', 'pods'), false],
  ['the cluster', schemaOf({ resources: ['pods'], clusterScope: true }), resource(user('u'), 'get', 'pods'), true],
])('matching: %s', (_name, schema, request, expected) => expect(matchesSchema(schema, request)).toBe(expected));

test('schemas of one precedence are asked by name', () => {
  const named = (name: string, matchingPrecedence: number): FlowSchema => ({ metadata: { name }, spec: { matchingPrecedence, priorityLevelConfiguration: { name: 'l' } } });
  expect(orderOfMatching([named('b', 5), named('c', 1), named('a', 5)]).map(({ metadata }) => metadata?.name)).toEqual(['c', 'a', 'b']);
});
