import { cri } from '@typernetes/proto';
import { inspectContainer } from '../engine';
import { resourceOptions } from '../resource-options';
import type { Runtime } from '../runtime';

export async function updateContainerResources(
  runtime: Runtime,
  request: cri.UpdateContainerResourcesRequest,
): Promise<cri.UpdateContainerResourcesResponse> {
  const { record } = await inspectContainer(runtime, request.containerId);
  await runtime.docker.getContainer(record.id).update(resourceOptions(request.linux));
  return cri.UpdateContainerResourcesResponse.create();
}
