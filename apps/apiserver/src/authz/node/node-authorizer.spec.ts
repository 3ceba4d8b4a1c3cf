import type { Pod } from '@typernetes/api';
import type { AuthorizationAttributes } from '../../pipeline/authorizer';
import { decideForNode, makeNodeAuthorizer, selects } from './node-authorizer';
import { NodeGraph } from './node-graph';

const pod = (name: string, nodeName: string, secretName: string, rest: object = {}): Pod => ({
  metadata: { name, namespace: 'ns', ...rest },
  spec: { nodeName, containers: [], serviceAccountName: 'sa', volumes: [{ name: 'v', secret: { secretName } }, { name: 'c', configMap: { name: 'conf' } }, { name: 'e', ephemeral: {} }] },
});
const ask = (verb: string, path: string, rest: object = {}): AuthorizationAttributes => {
  const [resource = '', subresource = ''] = path.split('/');
  return { type: 'resource', verb, group: resource === 'leases' ? 'coordination.k8s.io' : '', version: 'v1', resource, subresource, namespace: 'ns', name: '', ...rest };
};
const lease = (rest: object): AuthorizationAttributes => ask('get', 'leases', { namespace: 'kube-node-lease', ...rest });

describe('decideForNode', () => {
  const graph = new NodeGraph();
  graph.setPod(pod('mine', 'n1', 'key'));
  graph.setPod(pod('other', 'n2', 'other-key'));
  graph.setPod(pod('mirror', 'n1', 'stolen', { annotations: { 'kubernetes.io/config.mirror': 'x' } }));

  it.each<[string, AuthorizationAttributes, boolean]>([
    ['a secret of its pod', ask('get', 'secrets', { name: 'key' }), true],
    ['watching it', ask('watch', 'secrets', { name: 'key' }), true],
    ['writing it', ask('update', 'secrets', { name: 'key' }), false],
    ["another's secret", ask('get', 'secrets', { name: 'other-key' }), false],
    ['a secret that a mirror pod names', ask('get', 'secrets', { name: 'stolen' }), false],
    ['the same name elsewhere', ask('get', 'secrets', { name: 'key', namespace: 'x' }), false],
    ['all secrets', ask('list', 'secrets'), false],
    ['a config map of its pod', ask('get', 'configmaps', { name: 'conf' }), true],
    ['the claim of its ephemeral volume', ask('get', 'persistentvolumeclaims', { name: 'mine-e' }), true],
    ["another's claim", ask('get', 'persistentvolumeclaims', { name: 'other-e' }), false],
    ['a token of its pod', ask('create', 'serviceaccounts/token', { name: 'sa' }), true],
    ['a token of a stranger', ask('create', 'serviceaccounts/token', { name: 'admin' }), false],
    ['its pod', ask('get', 'pods', { name: 'mine' }), true],
    ["another's pod", ask('get', 'pods', { name: 'other' }), false],
    ['its pods', ask('watch', 'pods', { fieldSelector: 'spec.nodeName=n1' }), true],
    ['all pods', ask('list', 'pods'), false],
    ["another's pods", ask('list', 'pods', { fieldSelector: 'spec.nodeName=n2' }), false],
    ['pod status', ask('patch', 'pods/status', { name: 'mine' }), true],
    ['its node', ask('get', 'nodes', { name: 'n1' }), true],
    ['another node', ask('get', 'nodes', { name: 'n2' }), false],
    ['watching its node', ask('watch', 'nodes', { name: '', fieldSelector: 'metadata.name=n1' }), true],
    ['watching all nodes', ask('watch', 'nodes'), false],
    ['creating a node', ask('create', 'nodes'), true],
    ['deleting its node', ask('delete', 'nodes', { name: 'n1' }), false],
    ['its lease', lease({ name: 'n1' }), true],
    ["another's lease", lease({ name: 'n2' }), false],
    ['a lease elsewhere', lease({ name: 'n1', namespace: 'kube-system' }), false],
    ['all services', ask('list', 'services', { namespace: '' }), true],
    ['events', ask('create', 'events'), true],
    ['roles', ask('list', 'roles'), false],
  ])('%s', (_, attributes, isAllowed) => expect(decideForNode(graph, 'n1', attributes).type).toBe(isAllowed ? 'allow' : 'no-opinion'));

  it('forgets with the last pod', () => {
    const moved = new NodeGraph();
    moved.setPod(pod('a', 'n1', 'key'));
    moved.setPod(pod('b', 'n1', 'key'));
    moved.removePod(pod('a', 'n1', 'key'));
    expect(moved.isRelated('n1', 'secrets', { namespace: 'ns', name: 'key' })).toBe(true);
    moved.removePod(pod('b', 'n1', 'key'));
    expect(moved.isRelated('n1', 'secrets', { namespace: 'ns', name: 'key' })).toBe(false);
  });

  it('has no opinion of others', () => {
    const authorizer = makeNodeAuthorizer(graph);
    expect(authorizer.authorize({ name: 'system:node:n1', groups: [] }, ask('get', 'pods', { name: 'mine' }))).toEqual({ type: 'no-opinion' });
    expect(authorizer.authorize({ name: 'x', groups: ['system:nodes'] }, ask('list', 'services'))).toEqual({ type: 'no-opinion', reason: 'unknown node for user "x"' });
  });
});

it.each([
  ['spec.nodeName=n1', true],
  ['a=b,spec.nodeName==n1', true],
  ['spec.nodeName!=n1', false],
  ['spec.nodeName=n10', false],
  [undefined, false],
])('%s selects n1: %s', (selector, expected) => expect(selects(selector, 'spec.nodeName', 'n1')).toBe(expected));
