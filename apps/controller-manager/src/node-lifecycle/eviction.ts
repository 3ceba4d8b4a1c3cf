import type { Pod, Taint } from '@typernetes/api';
import { parseTime, tolerates } from '@typernetes/machinery';

/** When a pod must leave its tainted node: never, at once or at a time (milliseconds since the epoch). */
export type EvictionTime = 'never' | number;

/** A pod stays as long as it tolerates every NoExecute taint; of limited tolerations the shortest counts. */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): EvictionTime {
  let earliest = Infinity;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const tolerations = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (!tolerations.length) return nowMs;
    const limits = tolerations.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)]));
    if (!limits.length) continue;
    const since = (taint.timeAdded && parseTime(taint.timeAdded)) || nowMs;
    earliest = Math.min(earliest, since + Math.min(...limits) * 1000);
  }
  return earliest === Infinity ? 'never' : earliest;
}
