import { cri } from '@typernetes/proto';
import { maybeInspectContainer } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';

export async function stopContainer(runtime: Runtime, request: cri.StopContainerRequest): Promise<cri.StopContainerResponse> {
  const found = await maybeInspectContainer(runtime, request.containerId);
  if (!found?.inspect.State.Running) return cri.StopContainerResponse.create();
  const timeoutSeconds = Math.max(Number(request.timeout), 0);
  await tolerate([304, 404], () => runtime.docker.getContainer(found.record.id).stop({ t: timeoutSeconds }));
  await runtime.logs.drained(found.record.id);
  return cri.StopContainerResponse.create();
}
