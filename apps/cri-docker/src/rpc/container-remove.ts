import { cri } from '@typernetes/proto';
import { listEngineContainers, maybeInspectContainer } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';

export async function removeContainer(
  runtime: Runtime,
  request: cri.RemoveContainerRequest,
): Promise<cri.RemoveContainerResponse> {
  const found = await maybeInspectContainer(runtime, request.containerId);
  if (found) await removeEngineContainer(runtime, found.record.id);
  await unmountUnusedImages(runtime);
  return cri.RemoveContainerResponse.create();
}

/** Images that containers had mounted and no container has any more. */
export function unmountUnusedImages(runtime: Runtime): Promise<void> {
  const wanted = async (): Promise<Set<string>> => {
    const containers = await listEngineContainers(runtime, 'container');
    const mounts = containers.flatMap(({ Id, Labels }) => runtime.records.container(Id, Labels)?.config.mounts ?? []);
    return new Set(mounts.flatMap(({ image }) => image?.image ?? []));
  };
  return runtime.imageVolumes.exclusive(() => runtime.imageVolumes.keepOnly(wanted));
}

/** By force, with its anonymous volumes. Gone already, or going (409), is fine. */
export async function removeEngineContainer(runtime: Runtime, id: string): Promise<void> {
  await tolerate([404, 409], () => runtime.docker.getContainer(id).remove({ force: true, v: true }));
  runtime.logs.stop(id);
  runtime.cpuSamples.forget(id);
}
