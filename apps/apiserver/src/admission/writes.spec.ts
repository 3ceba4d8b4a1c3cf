import { createRegistry, type KindDefinition } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { AdmissionContext } from '../pipeline/admission';
import { checkNamespace, decidingNamespace } from './namespace-lifecycle';
import { isNodeSettable } from './node-labels';
import { nodeRefusal } from './node-restriction';

const registry = createRegistry();
const kindOf = (resource: string): KindDefinition => {
  const kind = [...registry].find((candidate) => candidate.resource === resource);
  if (!kind) throw new Error(resource);
  return kind;
};

function write(operation: AdmissionContext['operation'], path: string, rest: Partial<AdmissionContext> = {}): AdmissionContext {
  const [resource = '', subresource = ''] = path.split('/');
  const user = { name: 'system:node:n1', groups: ['system:nodes'] };
  return { operation, kind: kindOf(resource), subresource, namespace: 'ns', name: 'x', user, dryRun: false, warn: () => {}, ...rest };
}

describe('NamespaceLifecycle', () => {
  it.each<[AdmissionContext, string | undefined]>([
    [write('CREATE', 'pods'), 'ns'],
    [write('DELETE', 'pods'), undefined],
    [write('CREATE', 'nodes', { namespace: '' }), undefined],
    [write('CREATE', 'localsubjectaccessreviews'), undefined],
    [write('DELETE', 'namespaces', { namespace: '', name: 'own' }), undefined],
  ])('asks the namespace', (context, expected) => expect(decidingNamespace(context)).toBe(expected));
  it('keeps the namespaces that every cluster needs', () =>
    expect(() => decidingNamespace(write('DELETE', 'namespaces', { namespace: '', name: 'default' }))).toThrow('namespaces "default" is forbidden: this namespace may not be deleted'));
  it('wants a namespace that is there and stays', () => {
    const ending = { metadata: { name: 'ns' }, status: { phase: 'Terminating' } };
    expect(() => checkNamespace(write('CREATE', 'pods'), undefined)).toThrow('namespaces "ns" not found');
    expect(() => checkNamespace(write('CREATE', 'pods'), ending)).toThrow('pods "x" is forbidden: unable to create new content in namespace ns because it is being terminated');
    expect(() => checkNamespace(write('UPDATE', 'pods'), ending)).not.toThrow();
  });
});

describe('NodeRestriction', () => {
  const mirror: KubernetesObject = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } };
  const on = (nodeName: string, rest: object = {}): KubernetesObject => Object.assign({ ...mirror }, { spec: { containers: [], nodeName, ...rest } });
  const node = (name: string, rest: object = {}): KubernetesObject => ({ metadata: { name }, ...rest });
  const token = (ref: object, audiences: string[] = []): KubernetesObject =>
    Object.assign({ metadata: {} }, { spec: { audiences, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', ...ref } } });
  const volumes = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 't' } }, { serviceAccountToken: { path: 'v', audience: 'vault' } }] } }];
  const world = {
    pod: (_: string, name: string) => ({ metadata: { name, uid: `${name}-uid` }, spec: { containers: [], nodeName: name === 'mine' ? 'n1' : 'n2', volumes } }),
  };

  it.each<[string, AdmissionContext, string | undefined]>([
    ['own mirror pod', write('CREATE', 'pods', { object: on('n1') }), undefined],
    ['ordinary pod', write('CREATE', 'pods', { object: {} }), 'can only create mirror pods'],
    ['mirror pod elsewhere', write('CREATE', 'pods', { object: on('n2') }), 'spec.nodeName set to itself'],
    ['mirror pod with account', write('CREATE', 'pods', { object: on('n1', { serviceAccountName: 'a' }) }), 'reference a service account'],
    ['mirror pod with secret', write('CREATE', 'pods', { object: on('n1', { volumes: [{ name: 'v', secret: { secretName: 's' } }] }) }), 'reference secrets'],
    ['deletes own pod', write('DELETE', 'pods', { previous: on('n1') }), undefined],
    ["deletes another's pod", write('DELETE', 'pods', { previous: on('n2') }), 'can only delete pods'],
    ['own pod status', write('UPDATE', 'pods/status', { previous: on('n1'), object: on('n1') }), undefined],
    ["another's pod status", write('UPDATE', 'pods/status', { previous: on('n2'), object: on('n1') }), 'can only update pod status'],
    ['evicts own', write('CREATE', 'pods/eviction', { name: 'mine' }), undefined],
    ["evicts another's", write('CREATE', 'pods/eviction', { name: 'other' }), 'can only evict pods'],
    ['own node', write('CREATE', 'nodes', { name: 'n1', object: node('n1') }), undefined],
    ['another node', write('CREATE', 'nodes', { name: 'n2', object: node('n2') }), 'node "n1" is not allowed to modify node "n2"'],
    ['own taints', write('UPDATE', 'nodes', { name: 'n1', previous: node('n1'), object: node('n1', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }) }), 'modify taints'],
    ['a role label', write('UPDATE', 'nodes', { name: 'n1', previous: node('n1'), object: { metadata: { name: 'n1', labels: { 'node-role.kubernetes.io/x': '' } } } }), 'modify labels'],
    ['own lease', write('UPDATE', 'leases', { namespace: 'kube-node-lease', name: 'n1' }), undefined],
    ["another's lease", write('UPDATE', 'leases', { namespace: 'kube-node-lease', name: 'n2' }), 'same name as the requesting node'],
    ['a lease elsewhere', write('CREATE', 'leases', { namespace: 'kube-system', name: 'n1' }), 'system namespace'],
    ['a token for its pod', write('CREATE', 'serviceaccounts/token', { object: token({ name: 'mine', uid: 'mine-uid' }) }), undefined],
    ['a token that its pod mounts', write('CREATE', 'serviceaccounts/token', { object: token({ name: 'mine', uid: 'mine-uid' }, ['vault']) }), undefined],
    ['a token for a stranger', write('CREATE', 'serviceaccounts/token', { object: token({ name: 'mine', uid: 'mine-uid' }, ['bank']) }), 'audience "bank" not found in pod spec volume'],
    ['a token for no pod', write('CREATE', 'serviceaccounts/token', { object: {} }), 'not bound to a pod'],
    ['a token without uid', write('CREATE', 'serviceaccounts/token', { object: token({ name: 'mine' }) }), 'without a uid'],
    ["a token for another's pod", write('CREATE', 'serviceaccounts/token', { object: token({ name: 'other', uid: 'other-uid' }) }), 'scheduled on a different node'],
    ['events', write('CREATE', 'events', { object: {} }), undefined],
  ])('%s', (_, context, why) => {
    const refusal = nodeRefusal(context, 'n1', world);
    if (why === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toContain(why);
  });

  it.each<[string, boolean]>([
    ['example.com/x', true],
    ['plain', true],
    ['kubernetes.io/hostname', true],
    ['node.kubernetes.io/x', true],
    ['a.kubelet.kubernetes.io/x', true],
    ['node-role.kubernetes.io/control-plane', false],
    ['node-restriction.kubernetes.io/x', false],
    ['a.node-restriction.kubernetes.io/x', false],
    ['k8s.io/x', false],
  ])('a node may set %s: %s', (label, expected) => expect(isNodeSettable(label)).toBe(expected));
});
