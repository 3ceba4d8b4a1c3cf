import BTree from 'sorted-btree';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PodInfo } from '../framework/pod-info';
import type { QueueingHintBook } from './hint-book';
import type { OrderKey, QueuedPod } from './queued-pod';
import { backoffUntil, compareKeys, orderKey } from './queued-pod';
import { UnschedulablePods } from './unschedulable-pods';

/** The pause after a failed attempt, which doubles with each further one. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** podInitialBackoffSeconds and podMaxBackoffSeconds, unless configured. */
export const backoffDefault: Backoff = { initialMs: 1_000, maxMs: 10_000 };

/** A pod that no event has brought back is tried again after this long, in case an event was misjudged. */
export const unschedulableMsMax = 5 * 60_000;

/** Events remembered during one attempt; beyond that the attempt counts as outdated, whatever they were. */
const eventsMax = 1_000;

/** Why a pod entered a room: upstream's labels of scheduler_queue_incoming_pods_total. */
export type QueueReason = 'UnscheduledPodAdd' | 'UnscheduledPodUpdate' | 'ScheduleAttemptFailure' | 'BackoffComplete' | 'UnschedulableTimeout' | ClusterEvent['kind'];
export type QueueRoom = 'active' | 'backoff' | 'unschedulable' | 'gated';

export interface QueueOptions {
  readonly hints: QueueingHintBook;
  readonly backoff?: Backoff;
  /** A pod entered a room. */
  readonly entered?: (room: QueueRoom, reason: QueueReason) => void;
}

interface InFlight {
  queued: QueuedPod;
  /** What happened since it was taken out, as long as the answer is open. */
  events: ClusterEvent[] | undefined;
  /** The pod itself has changed meanwhile. */
  outdated: boolean;
}

/**
 * Pods that wait for a node: active (to be tried now, in order), backoff (failed a moment ago), unschedulable (no node
 * would do until the cluster changes) and gated (not to be tried). Pure: the time comes in with every call.
 */
export class SchedulingQueue {
  private readonly active = new BTree<OrderKey, QueuedPod>(undefined, compareKeys);
  private readonly activeKeys = new Map<string, OrderKey>();
  private readonly backoff = new Map<string, QueuedPod>();
  private readonly unschedulable = new UnschedulablePods();
  private readonly gated = new Set<string>();
  /** Taken out by pop and not yet done. */
  private readonly inFlight = new Map<string, InFlight>();
  private readonly hints: QueueingHintBook;
  private readonly pause: Backoff;
  private readonly entered: NonNullable<QueueOptions['entered']>;

  constructor({ hints, backoff = backoffDefault, entered = () => undefined }: QueueOptions) {
    this.hints = hints;
    this.pause = backoff;
    this.entered = entered;
  }

  get lengths(): Record<QueueRoom, number> {
    return { active: this.active.size, backoff: this.backoff.size, unschedulable: this.unschedulable.size, gated: this.gated.size };
  }

  /** Plugins with the number of pods that they keep from being scheduled, by profile. */
  get rejecting(): ReadonlyMap<string, number> {
    return this.unschedulable.countByPlugin;
  }

  /** A pod is new or has changed: it is tried (again) without a pause. A pod that is being tried keeps its place. */
  put(info: PodInfo, nowMs: number): void {
    this.gated.delete(info.uid);
    const flying = this.inFlight.get(info.uid);
    if (flying) {
      flying.queued = { ...flying.queued, info };
      flying.outdated = true;
      return;
    }
    const known = this.take(info.uid);
    const queued = known ? { ...known, info } : { info, addedAtMs: nowMs, attempts: 0, lastAttemptAtMs: 0, rejectedBy: new Set<string>() };
    this.activate(queued, known ? 'UnscheduledPodUpdate' : 'UnscheduledPodAdd');
  }

  /** The pod has changed in a way that no decision depends on: it keeps its place. */
  refresh(info: PodInfo): void {
    const key = this.activeKeys.get(info.uid);
    const queued = this.backoff.get(info.uid) ?? this.unschedulable.get(info.uid) ?? this.inFlight.get(info.uid)?.queued ?? (key && this.active.get(key));
    if (queued) queued.info = info;
  }

  /** The pod must not be tried until it is put again. */
  gate({ uid }: PodInfo): void {
    this.delete(uid);
    if (!this.gated.has(uid)) this.entered('gated', 'UnscheduledPodAdd');
    this.gated.add(uid);
  }

  isGated(uid: string): boolean {
    return this.gated.has(uid);
  }

  /** Takes the pod out of all rooms. */
  delete(uid: string): void {
    this.take(uid);
    this.gated.delete(uid);
    this.inFlight.delete(uid);
  }

  /** The next pod to try. It must come back by `done` or `failed`. */
  pop(): QueuedPod | undefined {
    const key = this.active.minKey();
    if (key === undefined) return undefined;
    const queued = this.active.get(key);
    this.active.delete(key);
    this.activeKeys.delete(key[2]);
    if (queued) this.inFlight.set(queued.info.uid, { queued, events: [], outdated: false });
    return queued;
  }

  /** Has the pod been taken out, and not come back or gone since? */
  isInFlight(uid: string): boolean {
    return this.inFlight.has(uid);
  }

  /** Does the pod wait, or is it being tried? */
  has(uid: string): boolean {
    return this.inFlight.has(uid) || this.activeKeys.has(uid) || this.backoff.has(uid) || this.unschedulable.get(uid) !== undefined;
  }

  /** A node was found: events no longer matter to the pod that is about to be bound. */
  decided(uid: string): void {
    const flying = this.inFlight.get(uid);
    if (flying) flying.events = undefined;
  }

  /** The pod has its node. */
  done(uid: string): void {
    this.inFlight.delete(uid);
  }

  /**
   * The attempt failed. `rejectedBy` names the plugins that said no; empty for errors, which only back off. When
   * something happened during the attempt that may help, the pod backs off instead of waiting for an event.
   */
  failed(uid: string, rejectedBy: ReadonlySet<string>, nowMs: number): void {
    const flying = this.inFlight.get(uid);
    if (!flying) return;
    this.inFlight.delete(uid);
    const queued = { ...flying.queued, attempts: flying.queued.attempts + 1, lastAttemptAtMs: nowMs, rejectedBy };
    const { events = [], outdated } = flying;
    const isStale = rejectedBy.size === 0 || outdated || events.length >= eventsMax || events.some((event) => this.helps(queued, event));
    if (isStale) this.backoff.set(uid, queued);
    else this.unschedulable.add(queued);
    this.entered(isStale ? 'backoff' : 'unschedulable', 'ScheduleAttemptFailure');
  }

  /** The cluster changed: pods that it may help are tried again, after what is left of their pause. */
  moveOnEvent(event: ClusterEvent, nowMs: number): void {
    for (const { events } of this.inFlight.values()) if (events && events.length < eventsMax) events.push(event);
    const plugins = event.kind === 'ForceActivate' ? undefined : this.hints.pluginsFor(event.kind);
    for (const queued of this.unschedulable.rejectedBy(plugins)) {
      if (!this.helps(queued, event)) continue;
      this.unschedulable.delete(queued.info.uid);
      this.requeue(queued, nowMs, event.kind);
    }
  }

  /** Brings back what has waited long enough. Returns when to call again, or undefined when nothing waits. */
  tick(nowMs: number): number | undefined {
    let nextAtMs = Infinity;
    for (const queued of this.unschedulable.waitingSince(nowMs - unschedulableMsMax)) {
      this.unschedulable.delete(queued.info.uid);
      this.requeue(queued, nowMs, 'UnschedulableTimeout');
    }
    const oldest = this.unschedulable.oldest;
    if (oldest) nextAtMs = oldest.lastAttemptAtMs + unschedulableMsMax;
    for (const [uid, queued] of this.backoff) {
      const dueAtMs = backoffUntil(queued, this.pause);
      if (dueAtMs <= nowMs) {
        this.backoff.delete(uid);
        this.activate(queued, 'BackoffComplete');
      } else nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    return Number.isFinite(nextAtMs) ? nextAtMs : undefined;
  }

  private helps({ info, rejectedBy }: QueuedPod, event: ClusterEvent): boolean {
    for (const plugin of rejectedBy) if (plugin === '*' || this.hints.mayHelp(info, plugin, event)) return true;
    return false;
  }

  private activate(queued: QueuedPod, reason: QueueReason): void {
    const key = orderKey(queued);
    this.active.set(key, queued);
    this.activeKeys.set(queued.info.uid, key);
    this.entered('active', reason);
  }

  private requeue(queued: QueuedPod, nowMs: number, reason: QueueReason): void {
    if (backoffUntil(queued, this.pause) <= nowMs) return this.activate(queued, reason);
    this.backoff.set(queued.info.uid, queued);
    this.entered('backoff', reason);
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
