import { status } from '@grpc/grpc-js';
import type { AuthConfig } from 'dockerode';
import { cri } from '@typernetes/proto';
import { CriError, engineStatusCode, invalidArgument } from '../errors';
import { parseImageReference } from '../image-reference';
import type { Runtime } from '../runtime';

/**
 * `PullImage` of CRI v1. Where the registry gives no answer, an image that was loaded into the node by hand stands for
 * it, so that `imagePullPolicy: Always`, the default of untagged images, works on clusters without a registry. An
 * image that once came from the registry does not: its user asked for the registry's present one.
 */
export async function pullImage(runtime: Runtime, request: cri.PullImageRequest): Promise<cri.PullImageResponse> {
  const image = request.image?.image;
  if (!image) throw invalidArgument('no image is named');
  try {
    await pull(runtime, image, request.auth);
  } catch (error) {
    const silent = error instanceof CriError && error.code === status.UNAVAILABLE;
    if (!silent || !(await isLoaded(runtime, image))) throw error;
    runtime.logger.info({ image, reason: error.message }, 'the registry gives no answer: the loaded image is taken');
  }
  return cri.PullImageResponse.create({ imageRef: (await runtime.docker.getImage(image).inspect()).Id });
}

/** Whether the image is here without ever having come from a registry: those that have carry their registry's digest. */
async function isLoaded(runtime: Runtime, image: string): Promise<boolean> {
  try {
    return (await runtime.docker.getImage(image).inspect()).RepoDigests.length === 0;
  } catch (error) {
    if (engineStatusCode(error) === 404) return false;
    throw error;
  }
}

/** Pulls the image unless it is there. */
export async function ensureImage(runtime: Runtime, image: string): Promise<void> {
  try {
    await runtime.docker.getImage(image).inspect();
  } catch (error) {
    if (engineStatusCode(error) !== 404) throw error;
    await pull(runtime, image, undefined);
  }
}

/** `auth` is base64 of `user:password`. */
export function engineAuth(auth: cri.AuthConfig | undefined): Partial<AuthConfig> & { identitytoken?: string } {
  if (!auth) return {};
  const [user = '', ...rest] = Buffer.from(auth.auth, 'base64').toString().replace(/\0+$/, '').split(':');
  const pair = auth.username ? { username: auth.username, password: auth.password } : { username: user, password: rest.join(':') };
  return {
    ...(pair.username ? pair : {}),
    ...(auth.identityToken ? { identitytoken: auth.identityToken } : {}),
    ...(auth.registryToken ? { registrytoken: auth.registryToken } : {}),
    ...(auth.serverAddress ? { serveraddress: auth.serverAddress } : {}),
  };
}

async function pull(runtime: Runtime, image: string, auth: cri.AuthConfig | undefined): Promise<void> {
  const { repository, tag } = parseImageReference(image);
  const separator = tag.includes(':') ? '@' : ':';
  const options = auth ? { authconfig: engineAuth(auth) as AuthConfig } : {};
  try {
    const progress = await runtime.docker.pull(`${repository}${separator}${tag}`, options);
    await new Promise<void>((resolve, reject) => {
      runtime.docker.modem.followProgress(progress, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CriError(pullCode(error, message), `failed to pull image "${image}": ${message}`, { cause: error });
  }
}

function pullCode(error: unknown, message: string): status {
  if (engineStatusCode(error) === 404 || /not found|manifest unknown/i.test(message)) return status.NOT_FOUND;
  if (/unauthorized|denied|authentication required/i.test(message)) return status.PERMISSION_DENIED;
  return status.UNAVAILABLE;
}
