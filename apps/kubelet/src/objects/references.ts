import type { Container, Pod, Volume } from '@typernetes/api';
import { allContainersOf, namespaceOf } from '../pod/pod-kind';

/** `secrets/<namespace>/<name>` or `configmaps/<namespace>/<name>`. */
export type ObjectKey = string;

export const secretKey = (namespace: string, name: string): ObjectKey => `secrets/${namespace}/${name}`;
export const configMapKey = (namespace: string, name: string): ObjectKey => `configmaps/${namespace}/${name}`;

interface Names {
  secrets: (string | undefined)[];
  configMaps: (string | undefined)[];
}

function ofContainer({ env = [], envFrom = [] }: Container): Names {
  return {
    secrets: [...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name), ...envFrom.map(({ secretRef }) => secretRef?.name)],
    configMaps: [...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name), ...envFrom.map(({ configMapRef }) => configMapRef?.name)],
  };
}

function ofVolume({ secret, configMap, projected }: Volume): Names {
  const sources = projected?.sources ?? [];
  return {
    secrets: [secret?.secretName, ...sources.map((source) => source.secret?.name)],
    configMaps: [configMap?.name, ...sources.map((source) => source.configMap?.name)],
  };
}

/** The Secrets and ConfigMaps that a pod names: those that the node authoriser lets its node read. */
export function referencesOf(pod: Pod): Set<ObjectKey> {
  const namespace = namespaceOf(pod);
  const { volumes = [], imagePullSecrets = [] } = pod.spec ?? {};
  const names = [...allContainersOf(pod).map(ofContainer), ...volumes.map(ofVolume), { secrets: imagePullSecrets.map(({ name }) => name), configMaps: [] }];
  const keys = new Set<ObjectKey>();
  for (const { secrets, configMaps } of names) {
    for (const name of secrets) if (name) keys.add(secretKey(namespace, name));
    for (const name of configMaps) if (name) keys.add(configMapKey(namespace, name));
  }
  return keys;
}
