import { cri } from '@typernetes/proto';
import { maybeInspectContainer } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';

export async function removeContainer(
  runtime: Runtime,
  request: cri.RemoveContainerRequest,
): Promise<cri.RemoveContainerResponse> {
  const found = await maybeInspectContainer(runtime, request.containerId);
  if (found) await removeEngineContainer(runtime, found.record.id);
  return cri.RemoveContainerResponse.create();
}

/** By force, with its anonymous volumes. Gone already, or going (409), is fine. */
export async function removeEngineContainer(runtime: Runtime, id: string): Promise<void> {
  await tolerate([404, 409], () => runtime.docker.getContainer(id).remove({ force: true, v: true }));
  runtime.logs.stop(id);
  runtime.cpuSamples.forget(id);
}
