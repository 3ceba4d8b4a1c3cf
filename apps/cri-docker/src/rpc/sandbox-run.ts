import { cri } from '@typernetes/proto';
import { createEngineContainer } from '../engine';
import { invalidArgument, tolerate } from '../errors';
import { sandboxName } from '../names';
import { sandboxLabels } from '../record';
import type { Runtime } from '../runtime';
import { attachSandbox, detachSandbox } from '../sandbox-network';
import { onHostNetwork, sandboxOptions } from '../sandbox-options';
import { nowNanos } from '../time';
import { ensureImage } from './image-pull';

/** All or nothing: what fails on the way leaves no container, no address and no files. */
export async function runPodSandbox(runtime: Runtime, request: cri.RunPodSandboxRequest): Promise<cri.RunPodSandboxResponse> {
  const { config, runtimeHandler } = request;
  if (!config?.metadata) throw invalidArgument('sandbox config has no metadata');
  if (runtimeHandler !== '' && !runtime.facts.runtimes.includes(runtimeHandler)) throw invalidArgument(`RuntimeHandler "${runtimeHandler}" not supported`);
  const { metadata } = config;
  const image = runtime.config.podInfraContainerImage;
  await ensureImage(runtime, image);
  await runtime.files.create(config, metadata);
  const labels = sandboxLabels({ config, runtimeHandler, createdAt: nowNanos(runtime.clock) });
  const id = await createEngineContainer(runtime, sandboxOptions({ name: sandboxName(metadata), image, labels, config, runtimeHandler }, runtime.facts));
  try {
    await start(runtime, id, config);
  } catch (error) {
    await cleanUp(runtime, id, config);
    throw error;
  }
  return cri.RunPodSandboxResponse.create({ podSandboxId: id });
}

async function start(runtime: Runtime, id: string, config: cri.PodSandboxConfig): Promise<void> {
  const container = runtime.docker.getContainer(id);
  await container.start();
  if (onHostNetwork(config)) return;
  const { State } = await container.inspect();
  await attachSandbox(runtime, id, config, State.Pid);
}

async function cleanUp(runtime: Runtime, id: string, config: cri.PodSandboxConfig): Promise<void> {
  try {
    if (!onHostNetwork(config)) await detachSandbox(runtime, id, config, 0);
    await tolerate([404], () => runtime.docker.getContainer(id).remove({ force: true, v: true }));
    if (config.metadata) await runtime.files.remove(config.metadata);
  } catch (error) {
    runtime.logger.error({ err: error, sandboxId: id }, 'failed to clean up after a sandbox that did not start');
  }
}
