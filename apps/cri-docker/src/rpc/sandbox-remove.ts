import { cri } from '@typernetes/proto';
import { listEngineContainers, maybeInspectSandbox } from '../engine';
import { tolerate } from '../errors';
import type { Runtime } from '../runtime';
import { removeEngineContainer, unmountUnusedImages } from './container-remove';
import { stopSandbox } from './sandbox-stop';

export async function removePodSandbox(
  runtime: Runtime,
  request: cri.RemovePodSandboxRequest,
): Promise<cri.RemovePodSandboxResponse> {
  const sandbox = await maybeInspectSandbox(runtime, request.podSandboxId);
  if (!sandbox) return cri.RemovePodSandboxResponse.create();
  await stopSandbox(runtime, sandbox);
  const containers = await listEngineContainers(runtime, 'container', sandbox.record.id);
  await Promise.all(containers.map(({ Id }) => removeEngineContainer(runtime, Id)));
  await unmountUnusedImages(runtime);
  await tolerate([404], () => runtime.docker.getContainer(sandbox.record.id).remove({ force: true, v: true }));
  await runtime.files.remove(sandbox.metadata);
  return cri.RemovePodSandboxResponse.create();
}
