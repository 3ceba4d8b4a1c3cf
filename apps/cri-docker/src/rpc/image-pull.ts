import { status } from '@grpc/grpc-js';
import type { AuthConfig } from 'dockerode';
import { cri } from '@typernetes/proto';
import { CriError, engineStatusCode, invalidArgument } from '../errors';
import { parseImageReference } from '../image-reference';
import type { Runtime } from '../runtime';

export async function pullImage(runtime: Runtime, request: cri.PullImageRequest): Promise<cri.PullImageResponse> {
  const image = request.image?.image;
  if (!image) throw invalidArgument('no image is named');
  await pull(runtime, image, request.auth);
  return cri.PullImageResponse.create({ imageRef: (await runtime.docker.getImage(image).inspect()).Id });
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
