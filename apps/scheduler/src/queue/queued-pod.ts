import type { PodInfo } from '../framework/pod-info';

export interface QueuedPod {
  info: PodInfo;
  /** When the pod came into the queue first; decides among equal priorities. */
  addedAtMs: number;
  attempts: number;
  /** When the last attempt ended. */
  lastAttemptAtMs: number;
  /** Plugins that turned the pod down last time ('*': there was no node): only what may change their mind brings it back. */
  rejectedBy: ReadonlySet<string>;
}

export type OrderKey = readonly [negativePriority: number, addedAtMs: number, uid: string];

/** Higher priority first, then first come first served (upstream's PrioritySort). */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
}

export function orderKey({ info, addedAtMs }: QueuedPod): OrderKey {
  return [-info.priority, addedAtMs, info.uid];
}

/** When the pause after the last failure is over. */
export function backoffUntil({ attempts, lastAttemptAtMs }: QueuedPod, { initialMs, maxMs }: { readonly initialMs: number; readonly maxMs: number }): number {
  return attempts === 0 ? 0 : lastAttemptAtMs + Math.min(maxMs, initialMs * 2 ** Math.min(attempts - 1, 10));
}
