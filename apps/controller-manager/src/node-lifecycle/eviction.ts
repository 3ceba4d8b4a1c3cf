import type { Pod, Taint } from '@typernetes/api';
import { parseTime, tolerates } from '@typernetes/machinery';

/** When a pod must leave its tainted node: never, at once or at a time (milliseconds since the epoch). */
export type EvictionTime = 'never' | number;

/** When each NoExecute taint was first seen to meet a pod, by `taintKey`; milliseconds since the epoch. */
export type SeenTaints = ReadonlyMap<string, number>;

const taintKey = ({ key, value = '' }: Taint): string => `${key}=${value}`;

/** What is remembered of the taints that are there: those known keep their time, those gone are forgotten. */
export function seenTaints(before: SeenTaints | undefined, taints: readonly Taint[], nowMs: number): SeenTaints {
  const noExecute = taints.filter(({ effect }) => effect === 'NoExecute').map(taintKey);
  return new Map(noExecute.map((key) => [key, before?.get(key) ?? nowMs]));
}

/** A pod stays as long as it tolerates every NoExecute taint; of limited tolerations the shortest counts. */
export function evictionTime(pod: Pod, taints: readonly Taint[], seen: SeenTaints): EvictionTime {
  let earliest = Infinity;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const since = metAt(pod, taint, seen);
    const tolerations = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    const limits = tolerations.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)]));
    if (!tolerations.length) earliest = Math.min(earliest, since);
    else if (limits.length) earliest = Math.min(earliest, since + Math.min(...limits) * 1000);
  }
  return earliest === Infinity ? 'never' : earliest;
}

/** A taint that tells its time lets a controller that starts anew go on counting; a younger pod counts from its own birth. */
function metAt(pod: Pod, taint: Taint, seen: SeenTaints): number {
  const addedAt = taint.timeAdded && parseTime(taint.timeAdded);
  const bornAt = (pod.metadata?.creationTimestamp && parseTime(pod.metadata.creationTimestamp)) || 0;
  return addedAt ? Math.max(addedAt, bornAt) : (seen.get(taintKey(taint)) ?? bornAt);
}
