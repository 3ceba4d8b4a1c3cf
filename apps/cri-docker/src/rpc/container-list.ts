import { cri } from '@typernetes/proto';
import { containerItem } from '../container-view';
import { listEngineContainers } from '../engine';
import type { Runtime } from '../runtime';
import { matchesLabels } from '../sandbox-view';

/** Newest first. */
export async function listOurContainers(runtime: Runtime, filter: cri.ContainerFilter | undefined): Promise<cri.Container[]> {
  const all = await listEngineContainers(runtime, 'container');
  return all
    .flatMap((info) => {
      const record = runtime.records.container(info.Id, info.Labels);
      return record ? [containerItem(record, info)] : [];
    })
    .filter((item) => !filter?.id || item.id.startsWith(filter.id))
    .filter((item) => !filter?.podSandboxId || item.podSandboxId.startsWith(filter.podSandboxId))
    .filter((item) => !filter?.state || item.state === filter.state.state)
    .filter((item) => matchesLabels(item.labels, filter?.labelSelector ?? {}))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

export async function listContainers(runtime: Runtime, request: cri.ListContainersRequest): Promise<cri.ListContainersResponse> {
  return cri.ListContainersResponse.create({ containers: await listOurContainers(runtime, request.filter) });
}
