import { cri } from '@typernetes/proto';
import { inspectContainer } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';

export async function startContainer(runtime: Runtime, request: cri.StartContainerRequest): Promise<cri.StartContainerResponse> {
  const { record } = await inspectContainer(runtime, request.containerId);
  await tolerate([304], () => runtime.docker.getContainer(record.id).start());
  runtime.logs.follow(record);
  return cri.StartContainerResponse.create();
}
