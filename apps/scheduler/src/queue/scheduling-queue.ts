import BTree from 'sorted-btree';
import type { PodInfo } from '../framework/pod-info';

/** The pause after a failed attempt, which doubles with each further one. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** podInitialBackoffSeconds and podMaxBackoffSeconds, unless configured. */
export const backoffDefault: Backoff = { initialMs: 1_000, maxMs: 10_000 };

/** A pod that no event has brought back is tried again after this long, in case an event was misjudged. */
export const unschedulableMsMax = 5 * 60_000;

export interface QueuedPod {
  info: PodInfo;
  /** When the pod came into the queue first; decides among equal priorities. */
  addedAtMs: number;
  attempts: number;
  /** When the last attempt ended. */
  lastAttemptAtMs: number;
  /** Plugins that turned the pod down last time: only what may change their mind brings it back. */
  rejectedBy: ReadonlySet<string>;
}

type OrderKey = readonly [negativePriority: number, addedAtMs: number, uid: string];

/** Higher priority first, then first come first served. */
function compareKeys(a: OrderKey, b: OrderKey): number {
  return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
}

function orderKey({ info, addedAtMs }: QueuedPod): OrderKey {
  return [-info.priority, addedAtMs, info.uid];
}

/**
 * Pods that wait for a node, in three rooms: active (to be tried now, in order), backoff (failed a moment ago) and
 * unschedulable (no node would do until the cluster changes). Pure: the time comes in with every call.
 */
export class SchedulingQueue {
  private readonly active = new BTree<OrderKey, QueuedPod>(undefined, compareKeys);
  private readonly activeKeys = new Map<string, OrderKey>();
  private readonly backoff = new Map<string, QueuedPod>();
  private readonly unschedulable = new Map<string, QueuedPod>();
  /** Taken out by pop and not yet done; the counter tells whether the cluster changed meanwhile. */
  private readonly inFlight = new Map<string, { queued: QueuedPod; moveCycle: number }>();
  private moveCycle = 0;

  constructor(private readonly pause: Backoff = backoffDefault) {}

  get lengths(): { active: number; backoff: number; unschedulable: number } {
    return { active: this.active.size, backoff: this.backoff.size, unschedulable: this.unschedulable.size };
  }

  /** A pod is new or has changed: it is tried (again) without a pause. A pod that is being tried keeps its place. */
  put(info: PodInfo, nowMs: number): void {
    const flying = this.inFlight.get(info.uid);
    if (flying) {
      flying.queued = { ...flying.queued, info };
      this.moveCycle++;
      return;
    }
    const known = this.take(info.uid);
    const queued = known ? { ...known, info } : { info, addedAtMs: nowMs, attempts: 0, lastAttemptAtMs: 0, rejectedBy: new Set<string>() };
    this.activate(queued);
  }

  /** The pod has changed in a way that no decision depends on: it keeps its place. */
  refresh(info: PodInfo): void {
    const key = this.activeKeys.get(info.uid);
    const queued = this.backoff.get(info.uid) ?? this.unschedulable.get(info.uid) ?? this.inFlight.get(info.uid)?.queued ?? (key && this.active.get(key));
    if (queued) queued.info = info;
  }

  /** Takes the pod out of all rooms. */
  delete(uid: string): void {
    this.take(uid);
    this.inFlight.delete(uid);
  }

  /** The next pod to try. It must come back by `done` or `failed`. */
  pop(): QueuedPod | undefined {
    const key = this.active.minKey();
    if (key === undefined) return undefined;
    const queued = this.active.get(key);
    this.active.delete(key);
    this.activeKeys.delete(key[2]);
    if (queued) this.inFlight.set(queued.info.uid, { queued, moveCycle: this.moveCycle });
    return queued;
  }

  /** The pod has its node. */
  done(uid: string): void {
    this.inFlight.delete(uid);
  }

  /**
   * The attempt failed. `rejectedBy` names the plugins that said no; empty for errors, which only back off. When the
   * cluster changed during the attempt, the answer may be stale: the pod backs off instead of waiting for an event.
   */
  failed(uid: string, rejectedBy: ReadonlySet<string>, nowMs: number): void {
    const flying = this.inFlight.get(uid);
    if (!flying) return;
    this.inFlight.delete(uid);
    const queued = { ...flying.queued, attempts: flying.queued.attempts + 1, lastAttemptAtMs: nowMs, rejectedBy };
    const stale = rejectedBy.size === 0 || flying.moveCycle !== this.moveCycle;
    (stale ? this.backoff : this.unschedulable).set(uid, queued);
  }

  /** The cluster changed in a way that may help pods that one of `plugins` turned down ('*': all). */
  moveOnEvent(plugins: readonly string[], nowMs: number): void {
    this.moveCycle++;
    for (const [uid, queued] of this.unschedulable) {
      if (!plugins.includes('*') && !plugins.some((plugin) => queued.rejectedBy.has(plugin))) continue;
      this.unschedulable.delete(uid);
      this.requeue(queued, nowMs);
    }
  }

  /** Brings back what has waited long enough. Returns when to call again, or undefined when nothing waits. */
  tick(nowMs: number): number | undefined {
    let nextAtMs = Infinity;
    for (const [uid, queued] of this.unschedulable) {
      const dueAtMs = queued.lastAttemptAtMs + unschedulableMsMax;
      if (dueAtMs <= nowMs) {
        this.unschedulable.delete(uid);
        this.requeue(queued, nowMs);
      } else nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    for (const [uid, queued] of this.backoff) {
      const dueAtMs = backoffUntil(queued, this.pause);
      if (dueAtMs <= nowMs) {
        this.backoff.delete(uid);
        this.activate(queued);
      } else nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    return Number.isFinite(nextAtMs) ? nextAtMs : undefined;
  }

  private activate(queued: QueuedPod): void {
    const key = orderKey(queued);
    this.active.set(key, queued);
    this.activeKeys.set(queued.info.uid, key);
  }

  private requeue(queued: QueuedPod, nowMs: number): void {
    if (backoffUntil(queued, this.pause) <= nowMs) this.activate(queued);
    else this.backoff.set(queued.info.uid, queued);
  }

  private take(uid: string): QueuedPod | undefined {
    const waiting = this.backoff.get(uid) ?? this.unschedulable.get(uid);
    if (waiting) {
      this.backoff.delete(uid);
      this.unschedulable.delete(uid);
      return waiting;
    }
    const key = this.activeKeys.get(uid);
    if (!key) return undefined;
    const queued = this.active.get(key);
    this.active.delete(key);
    this.activeKeys.delete(uid);
    return queued;
  }
}

/** When the pause after the last failure is over. */
export function backoffUntil({ attempts, lastAttemptAtMs }: QueuedPod, { initialMs, maxMs }: Backoff): number {
  return attempts === 0 ? 0 : lastAttemptAtMs + Math.min(maxMs, initialMs * 2 ** Math.min(attempts - 1, 10));
}
