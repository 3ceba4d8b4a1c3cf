import type { Pod, VolumeProjection } from '@typernetes/api';
import { containersOf, initContainersOf, namespaceOf } from '../../pod/pod-kind';
import type { PayloadFile } from '../atomic-writer';
import { readOptional, writeVolume } from '../file-volume';
import { configMapFiles, defaultFileMode, downwardFiles, secretFiles } from '../payload';
import type { VolumeContext, VolumeKind } from '../volume-kind';

const tokenSecondsDefault = 3_600;

/**
 * A token is for the eyes of the pod's one user, or of its fsGroup; where users differ all must be able to read it
 * (KEP-1205).
 */
export function tokenAccess(pod: Pod, mode: number): Pick<PayloadFile, 'mode' | 'uid'> {
  const { fsGroup, runAsUser } = pod.spec?.securityContext ?? {};
  if (fsGroup !== undefined) return { mode: 0o600 };
  const users = new Set([...initContainersOf(pod), ...containersOf(pod)].map(({ securityContext }) => securityContext?.runAsUser ?? runAsUser));
  const [uid] = users;
  return users.size === 1 && uid !== undefined ? { mode: 0o600, uid } : { mode };
}

async function filesOf(source: VolumeProjection, mode: number, context: VolumeContext): Promise<Map<string, PayloadFile>> {
  const { pod, objects, tokens, facts } = context;
  const namespace = namespaceOf(pod);
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  if (secret) {
    const object = await readOptional(objects.secret(namespace, secret.name ?? ''), secret.optional);
    return secretFiles(object, secret.items, { mode, optional: secret.optional });
  }
  if (configMap) {
    const object = await readOptional(objects.configMap(namespace, configMap.name ?? ''), configMap.optional);
    return configMapFiles(object, configMap.items, { mode, optional: configMap.optional });
  }
  if (downwardAPI) return downwardFiles(pod, downwardAPI.items, { mode, facts });
  if (serviceAccountToken) {
    const { audience, expirationSeconds = tokenSecondsDefault, path } = serviceAccountToken;
    const token = await tokens.token(pod, audience, expirationSeconds);
    return new Map([[path, { data: Buffer.from(token), ...tokenAccess(pod, mode) }]]);
  }
  throw new Error(`projected volume source ${Object.keys(source).join(', ')} is not supported by this kubelet`);
}

/** Several sources in one directory: later ones win. */
export const projectedVolume: VolumeKind = {
  folder: 'kubernetes.io~projected',
  handles: (volume) => volume.projected !== undefined,
  isReadOnly: () => true,
  async setUp(context) {
    const { sources = [], defaultMode = defaultFileMode } = context.volume.projected ?? {};
    const files = new Map<string, PayloadFile>();
    for (const source of sources) for (const [path, file] of await filesOf(source, defaultMode, context)) files.set(path, file);
    return writeVolume(context, files);
  },
};
