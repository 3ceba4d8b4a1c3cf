import { cri } from '@typernetes/proto';
import { listEngineContainers } from '../engine';
import type { Runtime } from '../runtime';
import { matchesLabels, sandboxItem } from '../sandbox-view';

/** Newest first. IDs may be shortened, as with `docker` and `crictl`. */
export async function listSandboxes(runtime: Runtime, filter: cri.PodSandboxFilter | undefined): Promise<cri.PodSandbox[]> {
  const all = await listEngineContainers(runtime, 'podsandbox');
  return all
    .flatMap(({ Id, Labels, State }) => {
      const record = runtime.records.sandbox(Id, Labels);
      return record ? [sandboxItem(record, State === 'running')] : [];
    })
    .filter((item) => !filter?.id || item.id.startsWith(filter.id))
    .filter((item) => !filter?.state || item.state === filter.state.state)
    .filter((item) => matchesLabels(item.labels, filter?.labelSelector ?? {}))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

export async function listPodSandbox(runtime: Runtime, request: cri.ListPodSandboxRequest): Promise<cri.ListPodSandboxResponse> {
  return cri.ListPodSandboxResponse.create({ items: await listSandboxes(runtime, request.filter) });
}
