import type { Pod } from '@typernetes/api';
import { podLimits, quantityToNumber } from '@typernetes/machinery';
import { containersOf } from '../pod/pod-kind';

/** What a pod has on the node's own disk, in bytes. */
export interface LocalUsage {
  /** Of its emptyDirs, by volume. */
  volumes: ReadonlyMap<string, number>;
  /** Writable layer and logs, by container. */
  containers: ReadonlyMap<string, number>;
}

const resource = 'ephemeral-storage';
const bytesOf = (quantity: string): number => quantityToNumber(quantity, 'one');
const isInMemory = (pod: Pod, volume: string): boolean => pod.spec?.volumes?.find(({ name }) => name === volume)?.emptyDir?.medium === 'Memory';
const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);

/** Whether the pod has a limit that its use of the disk must be measured for. */
export const hasLocalLimits = (pod: Pod): boolean =>
  (pod.spec?.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined) || containersOf(pod).some(({ resources }) => resources?.limits?.[resource] !== undefined);

/**
 * Upstream's words to a pod that has taken more of the disk than its limits allow, the first that is broken: an emptyDir,
 * the pod in all, one of its containers. Undefined while it keeps them.
 */
export function localStorageFault(pod: Pod, usage: LocalUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && bytesOf(limit) > 0 && (usage.volumes.get(name) ?? 0) > bytesOf(limit)) return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  const limit = podLimits(pod)[resource];
  const onDisk = [...usage.volumes].filter(([name]) => !isInMemory(pod, name)).map(([, bytes]) => bytes);
  if (limit !== undefined && sum(onDisk) + sum(usage.containers.values()) > bytesOf(limit)) return `Pod ephemeral local storage usage exceeds the total limit of containers ${limit}. `;
  for (const { name, resources } of containersOf(pod)) {
    const own = resources?.limits?.[resource];
    if (own !== undefined && (usage.containers.get(name) ?? 0) > bytesOf(own)) return `Container ${name} exceeded its local ephemeral storage limit "${own}". `;
  }
  return undefined;
}
