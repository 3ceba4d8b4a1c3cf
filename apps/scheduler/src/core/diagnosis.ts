import type { Rejection } from '../framework/plugin';

/** Why no node would do: what the FailedScheduling event and the PodScheduled condition say. */
export interface Diagnosis {
  nodeCount: number;
  /** Node name to its rejection. */
  rejections: ReadonlyMap<string, Rejection>;
}

/** Of a node where evicting others gains nothing. */
export const notHelpful = 'Preemption is not helpful for scheduling';

/**
 * Upstream's sentence: reasons with the number of nodes that gave them, in alphabetical order, then why nothing would
 * be gained by evicting others (empty when something is).
 */
export function diagnosisMessage({ nodeCount, rejections }: Diagnosis, preemption: string): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const all = [...rejections.values()];
  const ofPod = all.find((rejection) => rejection.ofPod);
  const reasons = ofPod ? ofPod.reasons.join(', ') : countReasons(all.flatMap((rejection) => rejection.reasons));
  return `0/${nodeCount} nodes are available: ${reasons}.${preemption && ` preemption: ${preemption}`}`;
}

/** `2 Insufficient cpu, 1 Too many pods`, in alphabetical order. */
export function countReasons(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}
