import { cri } from '@typernetes/proto';
import { inspectSandbox } from '../engine';
import type { Runtime } from '../runtime';

/** The kubelet has resized the pod's cgroup itself; the pause container has no limits that would follow. */
export async function updatePodSandboxResources(
  runtime: Runtime,
  request: cri.UpdatePodSandboxResourcesRequest,
): Promise<cri.UpdatePodSandboxResourcesResponse> {
  await inspectSandbox(runtime, request.podSandboxId);
  return cri.UpdatePodSandboxResourcesResponse.create();
}
