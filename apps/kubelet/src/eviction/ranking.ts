import type { Pod } from '@typernetes/api';
import { podRequests, quantityToNumber } from '@typernetes/machinery';
import { isStatic } from '../static-pods/static-pod';
import type { SignalName } from './signals';
import { resourceOf } from './signals';

/** What one container, or one pod, uses. */
export interface Usage {
  memoryBytes: number;
  storageBytes: number;
  processes: number;
}

export interface PodUsage extends Usage {
  containers: ReadonlyMap<string, Usage>;
}

/** Priority of pods that the cluster or the node can not do without (system-cluster-critical). */
const criticalPriority = 2_000_000_000;

export const isCritical = (pod: Pod): boolean => isStatic(pod) || (pod.spec?.priority ?? 0) >= criticalPriority;

export function usedOf(signal: SignalName, usage: Usage | undefined): number {
  switch (signal) {
    case 'memory.available':
      return usage?.memoryBytes ?? 0;
    case 'nodefs.available':
    case 'nodefs.inodesFree':
      return usage?.storageBytes ?? 0;
    case 'pid.available':
      return usage?.processes ?? 0;
  }
}

const requestedOf = (signal: SignalName, pod: Pod): number => quantityToNumber(podRequests(pod)[resourceOf[signal]] ?? '0', 'one');

/**
 * Pods in the order in which they go: first those that use more than they asked for, the less important before the more
 * important, and then those that exceed their requests most. Critical pods do not go.
 */
export function rank(pods: readonly Pod[], usages: ReadonlyMap<string, PodUsage>, signal: SignalName): Pod[] {
  const ranked = pods.filter((pod) => !isCritical(pod)).map((pod) => {
    const over = usedOf(signal, usages.get(pod.metadata?.uid ?? '')) - requestedOf(signal, pod);
    return { pod, over, exceeds: over > 0, priority: pod.spec?.priority ?? 0 };
  });
  return ranked.sort((a, b) => Number(b.exceeds) - Number(a.exceeds) || a.priority - b.priority || b.over - a.over).map(({ pod }) => pod);
}
