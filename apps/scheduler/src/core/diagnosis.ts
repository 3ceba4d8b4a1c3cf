import type { Rejection } from '../framework/plugin';

/** Why no node would do: what the FailedScheduling event and the PodScheduled condition say. */
export interface Diagnosis {
  nodeCount: number;
  /** Node name to its rejection. */
  rejections: ReadonlyMap<string, Rejection>;
}

/**
 * Upstream's sentence: reasons with the number of nodes that gave them, in alphabetical order, then why nothing would
 * be gained by evicting others.
 */
export function diagnosisMessage({ nodeCount, rejections }: Diagnosis): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const reasons = countReasons([...rejections.values()].flatMap((rejection) => rejection.reasons));
  const preemption = countReasons(
    [...rejections.values()].map(({ resolvable }) =>
      resolvable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
    ),
  );
  const head = `0/${nodeCount} nodes are available`;
  return `${head}: ${reasons}. preemption: ${head}: ${preemption}.`;
}

function countReasons(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}
