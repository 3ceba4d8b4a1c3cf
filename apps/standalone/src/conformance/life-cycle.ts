import type { ResourceType } from '@typernetes/api';
import type { WatchEvent } from '@typernetes/client';
import { formatApiVersion, hasReason, type KubernetesObject } from '@typernetes/machinery';
import { eventually, type TestCluster } from '../testing/test-cluster';

const merge = { type: 'application/merge-patch+json' } as const;

const pathOf = (type: ResourceType, namespace?: string): string =>
  `${type.group ? `/apis/${formatApiVersion(type)}` : '/api/v1'}${namespace ? `/namespaces/${namespace}` : ''}/${type.resource}`;

/** DELETE of a collection, which the typed client has no word for. */
export const deleteCollection = ({ kubectl }: TestCluster, type: ResourceType, { selector, namespace }: { selector: string; namespace?: string }): Promise<string> =>
  kubectl('delete', '--raw', `${pathOf(type, namespace)}?labelSelector=${encodeURIComponent(selector)}`);

/** What a watch has said, as `TYPE name`, until `isEnough`. @throws when that takes longer than a minute */
export async function watched<T extends KubernetesObject>(events: AsyncIterable<WatchEvent<T>[]>, isEnough: (seen: readonly string[]) => boolean): Promise<string[]> {
  const seen: string[] = [];
  for await (const batch of events) {
    for (const { type, object } of batch) if (type !== 'BOOKMARK') seen.push(`${type} ${object.metadata?.name}`);
    if (isEnough(seen)) return seen;
  }
  throw new Error(`the watch ended after ${seen.join()}`);
}

/** Group, version and resource stand in the three discovery documents; gives the verbs. */
export async function discovered({ kubectl }: TestCluster, type: ResourceType): Promise<{ verbs: string[]; subresources: string[] }> {
  const read = async <T>(path: string): Promise<T> => JSON.parse(await kubectl('get', '--raw', path)) as T;
  if (type.group) {
    const { groups } = await read<{ groups: { name: string; versions: { groupVersion: string }[] }[] }>('/apis');
    expect(groups.find(({ name }) => name === type.group)?.versions).toContainEqual(expect.objectContaining({ groupVersion: formatApiVersion(type) }));
    const group = await read<{ versions: { version: string }[] }>(`/apis/${type.group}`);
    expect(group.versions.map(({ version }) => version)).toContain(type.version);
  }
  const { resources } = await read<{ resources: { name: string; verbs: string[] }[] }>(type.group ? `/apis/${formatApiVersion(type)}` : '/api/v1');
  const of = (name: string): string[] => resources.filter((resource) => resource.name === name).flatMap(({ verbs }) => verbs);
  return { verbs: of(type.resource).sort(), subresources: resources.map(({ name }) => name).filter((name) => name.startsWith(`${type.resource}/`)) };
}

export interface LifeCycle<T extends KubernetesObject> {
  readonly type: ResourceType<T>;
  readonly names: readonly [string, string, string];
  make(index: number): T;
  readonly namespace?: string;
}

/**
 * What the tests of an API demand: discovery, then create, get, list and watch, patch and update that a watch tells of,
 * delete and deletecollection.
 */
export async function apiLifeCycle<T extends KubernetesObject>(cluster: TestCluster, { type, names, make, namespace }: LifeCycle<T>): Promise<void> {
  const { verbs } = await discovered(cluster, type);
  expect(verbs).toEqual(['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']);
  const api = cluster.client.resource(type);
  const at = namespace ? { namespace } : {};
  const selector = `life-cycle=${type.resource}`;
  const labels = { 'life-cycle': type.resource };
  const list = async (labelSelector: string): Promise<(string | undefined)[]> => (await api.list({ ...at, labelSelector })).items.map(({ metadata }) => metadata?.name).sort();
  const { resourceVersion } = (await api.list({ ...at, labelSelector: selector })).metadata ?? {};
  const done = watched(api.watch({ ...at, labelSelector: selector, resourceVersion, signal: AbortSignal.timeout(60_000) }), (seen) => seen.filter((text) => text.startsWith('DELETED')).length === 3);
  for (const [i, name] of names.entries()) {
    const object = make(i);
    await api.create({ ...object, metadata: { ...object.metadata, name, ...at, labels } });
  }
  const [first, second] = names;
  const read = await api.get(first, at);
  expect(read).toMatchObject({ ...make(0), metadata: { name: first, labels } });
  expect(await list(selector)).toEqual([...names].sort());
  // Of all namespaces too.
  expect((await api.list({ labelSelector: selector })).items).toHaveLength(3);
  const patched = await api.patch(first, { metadata: { annotations: { patched: 'true' } } }, { ...at, ...merge });
  expect(patched.metadata?.annotations).toMatchObject({ patched: 'true' });
  const updated = await api.update({ ...patched, metadata: { ...patched.metadata, annotations: { ...patched.metadata?.annotations, updated: 'true' } } });
  expect(updated.metadata?.annotations).toMatchObject({ patched: 'true', updated: 'true' });
  await api.delete(second, at);
  // Finalizers may keep it for a while.
  expect(await api.get(second, at).then(({ metadata }) => metadata?.deletionTimestamp, (error: unknown) => hasReason(error, 'NotFound'))).toBeTruthy();
  await deleteCollection(cluster, type, { selector, namespace });
  await eventually('all deleted', async () => (await list(selector)).length === 0);
  const seen = await done;
  const heard = (kind: string): string[] => seen.filter((text) => text.startsWith(`${kind} `)).sort();
  expect(heard('ADDED')).toEqual([...names].sort().map((name) => `ADDED ${name}`));
  expect(heard('MODIFIED').filter((text) => text === `MODIFIED ${first}`).length).toBeGreaterThanOrEqual(2);
  expect(heard('DELETED')).toEqual([...names].sort().map((name) => `DELETED ${name}`));
}

/** Patch and update of the status alone; what is written is there for the next reader. */
export async function statusLifeCycle<T extends KubernetesObject & { status?: object }>(cluster: TestCluster, { type, name, namespace, statuses: [first, second] }: { type: ResourceType<T>; name: string; namespace?: string; statuses: [object, object] }): Promise<void> {
  const api = cluster.client.resource(type);
  const at = namespace ? { namespace } : {};
  const patched = await api.patch(name, { metadata: { annotations: { patchedstatus: 'true' } }, status: first }, { ...at, ...merge, subresource: 'status' });
  expect(patched).toMatchObject({ metadata: { annotations: { patchedstatus: 'true' } }, status: first });
  await eventually('updated', async () => api.updateStatus({ ...(await api.get(name, at)), status: second } as T));
  const read = await api.get(name, { ...at, subresource: 'status' });
  expect(read).toMatchObject({ metadata: { name }, status: second });
}
