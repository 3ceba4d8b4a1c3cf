import type { Container, EphemeralContainer, Pod } from '@typernetes/api';

export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

export const uidOf = (pod: Pod): string => pod.metadata?.uid ?? '';
export const nameOf = (pod: Pod): string => pod.metadata?.name ?? '';
export const namespaceOf = (pod: Pod): string => pod.metadata?.namespace ?? 'default';

/** `name_namespace(uid)`: how upstream names a pod in messages. */
export const podText = (pod: Pod): string => `${nameOf(pod)}_${namespaceOf(pod)}(${uidOf(pod)})`;

export const initContainersOf = (pod: Pod): Container[] => pod.spec?.initContainers ?? [];
export const containersOf = (pod: Pod): Container[] => pod.spec?.containers ?? [];
/** Ephemeral containers have all fields of others that matter here; the API allows none of the rest. */
export const ephemeralContainersOf = (pod: Pod): EphemeralContainer[] => pod.spec?.ephemeralContainers ?? [];
export const allContainersOf = (pod: Pod): Container[] => [...initContainersOf(pod), ...containersOf(pod), ...ephemeralContainersOf(pod)];

/** `spec.containers{name}`: what an event about a container points to. */
export function fieldPathOf(pod: Pod, name: string): string {
  const isIn = (list: readonly Container[]): boolean => list.some((container) => container.name === name);
  const list = isIn(initContainersOf(pod)) ? 'initContainers' : isIn(ephemeralContainersOf(pod)) ? 'ephemeralContainers' : 'containers';
  return `spec.${list}{${name}}`;
}
