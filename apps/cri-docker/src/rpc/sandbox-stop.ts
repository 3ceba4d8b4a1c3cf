import { cri } from '@typernetes/proto';
import type { InspectedSandbox } from '../engine';
import { listEngineContainers, maybeInspectSandbox } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';
import { detachSandbox } from '../sandbox-network';
import { onHostNetwork } from '../sandbox-options';

export async function stopPodSandbox(runtime: Runtime, request: cri.StopPodSandboxRequest): Promise<cri.StopPodSandboxResponse> {
  const sandbox = await maybeInspectSandbox(runtime, request.podSandboxId);
  if (sandbox) await stopSandbox(runtime, sandbox);
  return cri.StopPodSandboxResponse.create();
}

/** Containers first, then the network while its namespace still exists, then the pause process. */
export async function stopSandbox(runtime: Runtime, { record, inspect }: InspectedSandbox): Promise<void> {
  const containers = await listEngineContainers(runtime, 'container', record.id);
  await Promise.all(
    containers
      .filter(({ State }) => State === 'running' || State === 'paused')
      .map(({ Id }) => tolerate([304, 404, 409], () => runtime.docker.getContainer(Id).kill({ signal: 'SIGKILL' }))),
  );
  if (!onHostNetwork(record.config)) await detachSandbox(runtime, record.id, record.config, inspect.State.Pid);
  if (inspect.State.Running) await tolerate([304, 404], () => runtime.docker.getContainer(record.id).stop({ t: 0 }));
}
