import { cri } from '@typernetes/proto';
import { containerStatusView } from '../container-view';
import type { InspectedContainer } from '../engine';
import { inspectContainer, listEngineContainers, maybeInspectContainer } from '../engine';
import type { Runtime } from '../runtime';

export async function containerStatus(
  runtime: Runtime,
  request: cri.ContainerStatusRequest,
): Promise<cri.ContainerStatusResponse> {
  const found = await inspectContainer(runtime, request.containerId);
  return cri.ContainerStatusResponse.create({
    status: await statusOf(runtime, found),
    info: request.verbose
      ? { info: JSON.stringify({ sandboxID: found.record.sandboxId, pid: found.inspect.State.Pid }) }
      : {},
  });
}

/** An ended container is reported once its last log lines are on disk: the kubelet may read them at once. */
async function statusOf(runtime: Runtime, { record, inspect }: InspectedContainer): Promise<cri.ContainerStatus> {
  if (!inspect.State.Running) await runtime.logs.drained(record.id);
  const image = await runtime.docker
    .getImage(inspect.Image)
    .inspect()
    .catch(() => undefined);
  return containerStatusView(record, inspect, { digests: image?.RepoDigests ?? [], tags: image?.RepoTags ?? [] });
}

/** Statuses of all containers of a sandbox; one that vanishes meanwhile is left out. */
export async function containerStatusesOfSandbox(runtime: Runtime, sandboxId: string): Promise<cri.ContainerStatus[]> {
  const containers = await listEngineContainers(runtime, 'container', sandboxId);
  const statuses = await Promise.all(
    containers.map(async ({ Id }) => {
      const found = await maybeInspectContainer(runtime, Id);
      return found && statusOf(runtime, found);
    }),
  );
  return statuses.filter((status) => status !== undefined);
}
