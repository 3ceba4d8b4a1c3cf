import { cri } from '@typernetes/proto';
import { inspectContainer } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';

export async function startContainer(runtime: Runtime, request: cri.StartContainerRequest): Promise<cri.StartContainerResponse> {
  const { record } = await inspectContainer(runtime, request.containerId);
  // It may have ended before this call has: whoever asks for its last lines waits from now on.
  await runtime.logs.followFrom(record, () => tolerate([304], () => runtime.docker.getContainer(record.id).start()));
  return cri.StartContainerResponse.create();
}
