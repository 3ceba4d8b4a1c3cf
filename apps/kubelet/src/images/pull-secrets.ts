import type { Pod } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import type { ObjectReader } from '../container/environment';
import { namespaceOf } from '../pod/pod-kind';

interface DockerAuth {
  username?: string;
  password?: string;
  auth?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/** The registry of an image; Docker Hub when none is named. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost') ? first : 'index.docker.io';
}

const hostOf = (server: string): string => server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

/** Credentials for the image's registry from the pod's imagePullSecrets. Secrets that are missing are passed over, as upstream does. */
export async function pullAuths(pod: Pod, image: string, objects: ObjectReader): Promise<cri.AuthConfig[]> {
  const auths: cri.AuthConfig[] = [];
  for (const { name } of pod.spec?.imagePullSecrets ?? []) {
    if (!name) continue;
    try {
      const { type, data } = await objects.secret(namespaceOf(pod), name);
      const text = Buffer.from(data?.[type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson'] ?? '', 'base64').toString();
      if (text) auths.push(...authsOf(text, image));
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Forbidden') && !(error instanceof SyntaxError)) throw error;
    }
  }
  return auths;
}

export function authsOf(text: string, image: string): cri.AuthConfig[] {
  const parsed = JSON.parse(text) as { auths?: Record<string, DockerAuth> } & Record<string, DockerAuth>;
  const wanted = registryOf(image);
  return Object.entries(parsed.auths ?? parsed)
    .filter(([server]) => hostOf(server) === wanted || (wanted === 'index.docker.io' && hostOf(server) === 'docker.io'))
    .map(([server, { username, password, auth, identitytoken, registrytoken }]) =>
      cri.AuthConfig.fromPartial({ username, password, auth, identityToken: identitytoken, registryToken: registrytoken, serverAddress: server }),
    );
}
