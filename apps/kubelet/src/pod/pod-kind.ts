import type { Container, Pod } from '@typernetes/api';

export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

export const uidOf = (pod: Pod): string => pod.metadata?.uid ?? '';
export const nameOf = (pod: Pod): string => pod.metadata?.name ?? '';
export const namespaceOf = (pod: Pod): string => pod.metadata?.namespace ?? 'default';

/** `name_namespace(uid)`: how upstream names a pod in messages. */
export const podText = (pod: Pod): string => `${nameOf(pod)}_${namespaceOf(pod)}(${uidOf(pod)})`;

export const initContainersOf = (pod: Pod): Container[] => pod.spec?.initContainers ?? [];
export const containersOf = (pod: Pod): Container[] => pod.spec?.containers ?? [];
export const allContainersOf = (pod: Pod): Container[] => [...initContainersOf(pod), ...containersOf(pod)];

/** `spec.containers{name}`: what an event about a container points to. */
export function fieldPathOf(pod: Pod, name: string): string {
  const list = initContainersOf(pod).some((container) => container.name === name) ? 'initContainers' : 'containers';
  return `spec.${list}{${name}}`;
}
