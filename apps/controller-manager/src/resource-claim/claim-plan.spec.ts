import type { Pod, ResourceClaimStatus, ResourceV1ResourceClaim } from '@typernetes/api';
import { deviceClaimFinalizer } from '@typernetes/machinery';
import { claimFor, planClaim, type ClaimPlan } from './claim-plan';

const pod = (name: string, more: Partial<Pod> = {}): Pod => ({ metadata: { name, namespace: 'ns', uid: `uid-${name}` }, ...more });
const user = (name: string, resource = 'pods') => ({ resource, name, uid: `uid-${name}` });
const pods: Record<string, Pod> = {
  runs: pod('runs', { spec: { containers: [], nodeName: 'n' }, status: { phase: 'Running' } }),
  leaves: { ...pod('leaves', { spec: { containers: [], nodeName: 'n' }, status: { phase: 'Running' } }), metadata: { name: 'leaves', uid: 'uid-leaves', deletionTimestamp: '2026-01-01T00:00:00Z' } },
  done: pod('done', { status: { phase: 'Succeeded' } }),
};
const podOf = (name: string, uid: string): Pod | undefined => (pods[name]?.metadata?.uid === uid ? pods[name] : undefined);

const allocation = { devices: { results: [] } };
const claim = (status: ResourceClaimStatus, metadata: ResourceV1ResourceClaim['metadata'] = {}): ResourceV1ResourceClaim => ({ metadata: { name: 'c', namespace: 'ns', finalizers: [deviceClaimFinalizer], ...metadata }, spec: {}, status });
const ownedBy = (name: string) => ({ ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid: `uid-${name}`, controller: true }] });
const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };

test.each<[string, ResourceV1ResourceClaim, ClaimPlan]>([
  ['is used', claim({ allocation, reservedFor: [user('runs')] }), {}],
  ['its pod is on its way out, and may still run', claim({ allocation, reservedFor: [user('leaves')] }), {}],
  ['one of two users ended', claim({ allocation, reservedFor: [user('runs'), user('done')] }), { reservedFor: [user('runs')] }],
  ['the last user ended', claim({ allocation, reservedFor: [user('done')] }), { reservedFor: [], deallocate: true, unprotect: true }],
  ['its user is gone', claim({ allocation, reservedFor: [user('gone')] }), { reservedFor: [], deallocate: true, unprotect: true }],
  ['somebody else than a pod', claim({ allocation, reservedFor: [user('x', 'things')] }), {}],
  ['allocated, and nobody uses it yet', claim({ allocation }), {}],
  ['deleted while nobody uses it', claim({ allocation }, deleted), { deallocate: true, unprotect: true }],
  ['deleted while somebody uses it', claim({ allocation, reservedFor: [user('runs')] }, deleted), {}],
  ['made for a pod that runs', claim({}, ownedBy('runs')), {}],
  ['made for a pod that ended', claim({ allocation, reservedFor: [user('done')] }, ownedBy('done')), { reservedFor: [], deallocate: true, unprotect: true, remove: true }],
  ['made for a pod that is gone', claim({}, { ...ownedBy('gone'), finalizers: [] }), { remove: true }],
])('%s', (_name, given, expected) => expect(planClaim(given, podOf)).toEqual(expected));

test('a generated claim is the template with the pod as owner', () => {
  const made = claimFor(pod('web'), 'gpu', { metadata: { name: 't' }, spec: { metadata: { labels: { a: 'b' } }, spec: { devices: {} } } });
  expect(made).toEqual({
    metadata: {
      generateName: 'web-gpu-',
      namespace: 'ns',
      labels: { a: 'b' },
      annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'uid-web', controller: true, blockOwnerDeletion: true }],
    },
    spec: { devices: {} },
  });
});
