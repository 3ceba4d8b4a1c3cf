import { findCondition, isConditionTrue } from './conditions';
import type { PodLike } from './pod-like';
import { parseTime } from './time';

export const isPodReady = ({ status }: PodLike): boolean => isConditionTrue(status?.conditions, 'Ready');

/** It ran to its end and will not run again. */
export const isPodTerminal = ({ status }: PodLike): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Deletion was asked for; it may still run. */
export const isPodTerminating = ({ metadata }: PodLike): boolean => metadata?.deletionTimestamp !== undefined;

/** Counts for a controller's number of replicas. */
export const isPodActive = (pod: PodLike): boolean => !isPodTerminal(pod) && !isPodTerminating(pod);

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: PodLike, minReadySeconds: number, nowMs: number): boolean {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  const since = ready.lastTransitionTime === undefined ? undefined : parseTime(ready.lastTransitionTime);
  return since !== undefined && since + minReadySeconds * 1000 <= nowMs;
}
