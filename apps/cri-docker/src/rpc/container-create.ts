import { readFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import { cri } from '@typernetes/proto';
import { containerOptions } from '../container-options';
import { createEngineContainer, inspectSandbox } from '../engine';
import { CriError, engineStatusCode, invalidArgument } from '../errors';
import { containerName } from '../names';
import { containerLabels } from '../record';
import type { Runtime } from '../runtime';
import { onHostNetwork } from '../sandbox-options';
import { nowNanos } from '../time';

export async function createContainer(
  runtime: Runtime,
  request: cri.CreateContainerRequest,
): Promise<cri.CreateContainerResponse> {
  const { config } = request;
  if (!config?.metadata || !config.image) throw invalidArgument('container config needs metadata and image');
  const sandbox = await inspectSandbox(runtime, request.podSandboxId);
  const sandboxConfig = request.sandboxConfig ?? sandbox.record.config;
  await makeMissingSources(config.mounts);
  const logPath = config.logPath && sandboxConfig.logDirectory ? path.join(sandboxConfig.logDirectory, config.logPath) : '';
  const options = containerOptions(
    {
      name: containerName(sandbox.metadata, config.metadata),
      imageId: await imageIdOf(runtime, config.image.image),
      labels: containerLabels({ sandboxId: sandbox.record.id, config, createdAt: nowNanos(runtime.clock), logPath }),
      config,
      sandboxId: sandbox.record.id,
      sandboxConfig,
      sandboxFiles: runtime.files.mounts(sandbox.record.config, sandbox.metadata, onHostNetwork(sandboxConfig)),
      readProfile: (file) => readFileSync(file, 'utf8'),
    },
    runtime.facts,
  );
  return cri.CreateContainerResponse.create({ containerId: await createEngineContainer(runtime, options) });
}

async function imageIdOf(runtime: Runtime, image: string): Promise<string> {
  try {
    return (await runtime.docker.getImage(image).inspect()).Id;
  } catch (error) {
    if (engineStatusCode(error) === 404) throw new CriError(status.NOT_FOUND, `image "${image}" is not on this node`);
    throw error;
  }
}

/** Docker refuses to mount what is not there; other runtimes, and hostPath volumes without a type, expect a directory. */
async function makeMissingSources(mounts: readonly cri.Mount[]): Promise<void> {
  for (const { hostPath } of mounts) {
    if (hostPath && !(await stat(hostPath).catch(() => undefined))) await mkdir(hostPath, { recursive: true });
  }
}
