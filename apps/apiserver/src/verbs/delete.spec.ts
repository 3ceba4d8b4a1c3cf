import { createRegistry, type KindDefinition } from '@typernetes/api';
import type { KubernetesObject, ObjectMeta } from '@typernetes/machinery';
import { planDeletion } from './delete';
import type { DeleteOptions } from './delete-options';

const registry = createRegistry();
const kind = (resource: string): KindDefinition => {
  const found = registry.lookup('', 'v1', resource);
  if (!found) throw new Error(resource);
  return found;
};

const nowMs = Date.UTC(2026, 0, 1);
const plan = (resource: string, object: object, options: DeleteOptions = {}): ReturnType<typeof planDeletion> =>
  planDeletion(kind(resource), object as KubernetesObject, { options, nowMs });

const pod = (metadata: ObjectMeta = {}, spec: object = { nodeName: 'n', terminationGracePeriodSeconds: 30 }): object => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'a', generation: 1, ...metadata },
  spec,
});

describe('planDeletion', () => {
  it('removes what nobody holds', () => {
    expect(plan('configmaps', { metadata: { name: 'a' } })).toBe('remove');
  });

  it('gives a running pod its grace', () => {
    expect(plan('pods', pod())).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30, generation: 2 },
    });
  });

  it.each([
    ['a pod without a node', pod({}, {}), {}, 'remove'],
    ['grace 0', pod(), { gracePeriodSeconds: 0 }, 'remove'],
    ['a pod that wants no grace', pod({}, { nodeName: 'n', terminationGracePeriodSeconds: 0 }), {}, 'remove'],
    ['a pod without a node, whatever is asked for', pod({}, {}), { gracePeriodSeconds: 60 }, 'remove'],
    ['the kubelet confirms', pod({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 }), { gracePeriodSeconds: 0 }, 'remove'],
    ['a second delete', pod({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 }), {}, 'keep'],
    ['a longer grace', pod({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 }), { gracePeriodSeconds: 60 }, 'keep'],
  ])('%s', (_, object, options, expected) => {
    expect(plan('pods', object, options)).toBe(expected);
  });

  it.each<[string, object, DeleteOptions]>([
    ['asked for', pod(), { gracePeriodSeconds: -5 }],
    ['of the pod', pod({}, { nodeName: 'n', terminationGracePeriodSeconds: -5 }), {}],
  ])('a negative period %s is one second', (_, object, options) => {
    expect(plan('pods', object, options)).toMatchObject({ metadata: { deletionGracePeriodSeconds: 1 } });
  });

  it('gives a pod that wants no grace the time that the request says', () => {
    expect(plan('pods', pod({}, { nodeName: 'n', terminationGracePeriodSeconds: 0 }), { gracePeriodSeconds: 20 })).toMatchObject({ metadata: { deletionGracePeriodSeconds: 20 } });
  });

  it('shortens the grace of a pod that is going', () => {
    const going = pod({ deletionTimestamp: '2026-01-01T00:00:20Z', deletionGracePeriodSeconds: 30 });
    expect(plan('pods', going, { gracePeriodSeconds: 5 })).toMatchObject({ metadata: { deletionGracePeriodSeconds: 5, deletionTimestamp: '2025-12-31T23:59:55Z' } });
  });

  it('waits for finalizers', () => {
    expect(plan('configmaps', { metadata: { finalizers: ['example.com/a'] } })).toMatchObject({
      metadata: { finalizers: ['example.com/a'], deletionGracePeriodSeconds: 0 },
    });
  });

  it.each<[string, DeleteOptions, string[] | 'remove']>([
    ['Foreground', { propagationPolicy: 'Foreground' }, ['foregroundDeletion']],
    ['Orphan', { propagationPolicy: 'Orphan' }, ['orphan']],
    ['Background', { propagationPolicy: 'Background' }, 'remove'],
    ['nothing: a ReplicationController orphans', {}, ['orphan']],
    ['orphanDependents false', { orphanDependents: false }, 'remove'],
  ])('propagation %s', (_, options, finalizers) => {
    const result = plan('replicationcontrollers', { metadata: { name: 'a' } }, options);
    expect(typeof result === 'string' ? result : result.metadata?.finalizers).toEqual(finalizers);
  });

  it('keeps a namespace, Terminating, until its contents are gone', () => {
    const namespace = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'a' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    expect(plan('namespaces', namespace)).toMatchObject({ status: { phase: 'Terminating' }, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(plan('namespaces', { ...namespace, spec: {} })).toBe('remove');
  });
});
