import type { ResourceType } from '@typernetes/api';
import { formatApiVersion, hasReason, type KubernetesObject } from '@typernetes/machinery';
import { eventually, type TestCluster } from './test-cluster';

/** What several tests of upstream's conformance suite do in the same order, whatever the kind. */

export const merge = { type: 'application/merge-patch+json' } as const;
export const isGone = (read: Promise<unknown>): Promise<boolean> => read.then(() => false, (error: unknown) => hasReason(error, 'NotFound'));

/** A kind whose status has conditions. */
export type WithConditions = ResourceType<KubernetesObject & { status?: { conditions?: { type: string }[] } }>;

/** DELETE of a collection, which the typed client has no word for. */
export function collectionDeleted(cluster: TestCluster, type: ResourceType, labelSelector: string, namespace?: string): Promise<string> {
  const root = type.group ? `/apis/${formatApiVersion(type)}` : '/api/v1';
  return cluster.kubectl('delete', '--raw', `${root}${namespace ? `/namespaces/${namespace}` : ''}/${type.resource}?labelSelector=${encodeURIComponent(labelSelector)}`);
}

/** Create, read, patch, list, delete, create again, update, delete as a collection. */
export async function lifeOf<T extends KubernetesObject>(cluster: TestCluster, type: ResourceType<T>, make: (name: string) => T, namespace?: string): Promise<void> {
  const api = cluster.client.resource(type);
  const at = namespace ? { namespace } : {};
  const labels = { e2e: type.resource };
  const create = (name: string): Promise<T> => {
    const object = make(name);
    return api.create({ ...object, metadata: { ...object.metadata, name, ...at, labels } });
  };
  const [first, second] = [`${type.resource}-a`, `${type.resource}-b`];
  const made = await create(first);
  expect((await api.get(first, at)).metadata?.uid).toBe(made.metadata?.uid);
  const patched = await api.patch(first, { metadata: { labels: { patched: 'true' } } }, { ...at, ...merge });
  expect(patched.metadata?.labels).toEqual({ ...labels, patched: 'true' });
  expect((await api.list({ ...at, labelSelector: 'patched=true' })).items.map(({ metadata }) => metadata?.name)).toEqual([first]);
  await api.delete(first, at);
  await eventually('deleted', () => isGone(api.get(first, at)));
  await create(first);
  await create(second);
  const fresh = await eventually('updated', async () => {
    const current = await api.get(second, at);
    return api.update({ ...current, metadata: { ...current.metadata, labels: { ...labels, updated: 'true' } } });
  });
  expect(fresh.metadata?.labels).toMatchObject({ updated: 'true' });
  expect((await api.list({ ...at, labelSelector: `e2e=${type.resource}` })).items).toHaveLength(2);
  await collectionDeleted(cluster, type, `e2e=${type.resource}`, namespace);
  await eventually('all deleted', async () => (await api.list({ ...at, labelSelector: `e2e=${type.resource}` })).items.length === 0);
}

/** Read, update and patch of status; what is written is there for the next reader. */
export async function statusTaken(cluster: TestCluster, type: WithConditions, namespace: string, name: string): Promise<void> {
  const api = cluster.client.resource(type);
  const condition = (kind: string): { type: string } => Object.assign({ type: kind }, { status: 'True', reason: 'E2E', message: 'Set from e2e test' });
  const kindsOf = ({ status }: { status?: { conditions?: { type: string }[] } }): string[] => (status?.conditions ?? []).map(({ type: kind }) => kind);
  const read = await api.get(name, { namespace, subresource: 'status' });
  expect(read.metadata?.name).toBe(name);
  await eventually('updated', async () => {
    const current = await api.get(name, { namespace });
    return kindsOf(await api.updateStatus({ ...current, status: { ...current.status, conditions: [condition('StatusUpdate')] } })).includes('StatusUpdate');
  });
  const patched = await api.patch(name, { status: { conditions: [condition('StatusPatched')] } }, { namespace, subresource: 'status', ...merge });
  expect(kindsOf(patched)).toEqual(['StatusPatched']);
  expect(kindsOf(await api.get(name, { namespace }))).toContain('StatusPatched');
}
