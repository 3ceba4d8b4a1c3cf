import { readFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import type { ImageInspectInfo } from 'dockerode';
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
  const create = (): Promise<string> => createOne(runtime, request, config as CompleteConfig);
  const containerId = await (config.mounts.some(mountsImage) ? runtime.imageVolumes.exclusive(create) : create());
  return cri.CreateContainerResponse.create({ containerId });
}

type CompleteConfig = cri.ContainerConfig & { metadata: cri.ContainerMetadata; image: cri.ImageSpec };

async function createOne(runtime: Runtime, request: cri.CreateContainerRequest, wanted: CompleteConfig): Promise<string> {
  const sandbox = await inspectSandbox(runtime, request.podSandboxId);
  const sandboxConfig = request.sandboxConfig ?? sandbox.record.config;
  const config = { ...wanted, mounts: await Promise.all(wanted.mounts.map((mount) => (mountsImage(mount) ? withImageId(runtime, mount) : mount))) };
  // In turn: two mounts of one image are one.
  const mounts: cri.Mount[] = [];
  for (const mount of config.mounts) mounts.push(mountsImage(mount) ? await imageMount(runtime, mount) : mount);
  await makeMissingSources(mounts);
  const logPath = config.logPath && sandboxConfig.logDirectory ? path.join(sandboxConfig.logDirectory, config.logPath) : '';
  const options = containerOptions(
    {
      name: containerName(sandbox.metadata, config.metadata),
      imageId: (await inspectImage(runtime, config.image.image)).Id,
      labels: containerLabels({ sandboxId: sandbox.record.id, config, createdAt: nowNanos(runtime.clock), logPath }),
      config: { ...config, mounts },
      sandboxId: sandbox.record.id,
      sandboxConfig,
      runtimeHandler: sandbox.record.runtimeHandler,
      sandboxFiles: runtime.files.mounts(sandbox.record.config, sandbox.metadata, onHostNetwork(sandboxConfig)),
      readProfile: (file) => readFileSync(file, 'utf8'),
    },
    runtime.facts,
  );
  return createEngineContainer(runtime, options);
}

type ImageMount = cri.Mount & { image: cri.ImageSpec };

const mountsImage = (mount: cri.Mount): mount is ImageMount => Boolean(mount.image?.image);

/** Names move on to other images; the container keeps the one it was made with. */
async function withImageId(runtime: Runtime, mount: ImageMount): Promise<ImageMount> {
  return { ...mount, image: cri.ImageSpec.create({ image: (await inspectImage(runtime, mount.image.image)).Id }) };
}

/** The mount of an image as that of a directory with its files. Nobody writes there, whatever the mount says. */
async function imageMount(runtime: Runtime, mount: ImageMount): Promise<cri.Mount> {
  const hostPath = await runtime.imageVolumes.pathOf(await inspectImage(runtime, mount.image.image), mount.imageSubPath);
  return { ...mount, image: undefined, imageSubPath: '', hostPath, readonly: true };
}

async function inspectImage(runtime: Runtime, image: string): Promise<ImageInspectInfo> {
  try {
    return await runtime.docker.getImage(image).inspect();
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
