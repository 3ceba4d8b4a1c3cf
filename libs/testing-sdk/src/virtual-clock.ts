import BTree from 'sorted-btree';
import { systemClock, type Cancel, type Clock } from '@typernetes/machinery';

interface Alarm {
  dueMs: number;
  readonly order: number;
  readonly fn: () => void;
  readonly periodMs?: number;
}

const inOrder = (a: Alarm, b: Alarm): number => a.dueMs - b.dueMs || a.order - b.order;

/** So much time passes between two looks at whether everybody is done; alarms within it fire in order, without a pause. */
const stepMs = 1_000;

/** Alarms that set each other for at once must not keep everybody else waiting. */
const firedPerStepMax = 10_000;

/**
 * Real time, which a test can move forward. Alarms are kept by virtual time; one real timer waits for the first.
 */
export class VirtualClock implements Clock {
  private readonly alarms = new BTree<Alarm, true>(undefined, inOrder);
  private offsetMs = 0;
  private orders = 0;
  private cancelTimer: Cancel | undefined;
  private timerDueMs = Infinity;
  private isAdvancing = false;
  /** The machine's own time of day may be set while a test runs; what has passed since the start may not. */
  private readonly epochMs: number;

  /** `settle` resolves when what has been set off is done. */
  constructor(
    private readonly settle: () => Promise<void>,
    private readonly base: Clock = systemClock,
  ) {
    this.epochMs = base.now() - base.monotonic();
  }

  now(): number {
    return Math.floor(this.epochMs + this.monotonic());
  }

  monotonic(): number {
    return this.base.monotonic() + this.offsetMs;
  }

  after(delayMs: number, fn: () => void): Cancel {
    return this.add({ dueMs: this.monotonic() + Math.max(delayMs, 0), order: this.orders++, fn });
  }

  every(periodMs: number, fn: () => void): Cancel {
    return this.add({ dueMs: this.monotonic() + periodMs, order: this.orders++, fn, periodMs });
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Moves time forward step by step, firing what falls due in order and letting it finish. */
  async advance(ms: number): Promise<void> {
    const endMs = this.monotonic() + ms;
    this.isAdvancing = true;
    this.cancelTimer?.();
    this.timerDueMs = Infinity;
    try {
      for (let next = this.alarms.minKey(); next && next.dueMs <= endMs; next = this.alarms.minKey()) {
        const untilMs = Math.min(Math.max(next.dueMs, this.monotonic()) + stepMs, endMs);
        for (let due: Alarm | undefined = next, fired = 0; due && due.dueMs <= untilMs && fired < firedPerStepMax; due = this.alarms.minKey(), fired++) {
          this.goTo(due.dueMs);
          this.fire(due);
        }
        await this.settle();
      }
      this.goTo(endMs);
      await this.settle();
    } finally {
      this.isAdvancing = false;
      this.arm();
    }
  }

  /** Drops every alarm; nothing fires any more. */
  stop(): void {
    this.alarms.clear();
    this.cancelTimer?.();
    this.timerDueMs = Infinity;
  }

  private goTo(monotonicMs: number): void {
    this.offsetMs += Math.max(0, monotonicMs - this.monotonic());
  }

  private add(alarm: Alarm): Cancel {
    this.alarms.set(alarm, true);
    this.arm();
    return () => void this.alarms.delete(alarm);
  }

  private fire(alarm: Alarm): void {
    this.alarms.delete(alarm);
    if (alarm.periodMs !== undefined) {
      alarm.dueMs = Math.max(alarm.dueMs + alarm.periodMs, this.monotonic());
      this.alarms.set(alarm, true);
    }
    alarm.fn();
  }

  private arm(): void {
    if (this.isAdvancing) return;
    const first = this.alarms.minKey();
    if (!first || first.dueMs >= this.timerDueMs) return;
    this.cancelTimer?.();
    this.timerDueMs = first.dueMs;
    this.cancelTimer = this.base.after(first.dueMs - this.monotonic(), () => this.onTimer());
  }

  private onTimer(): void {
    this.timerDueMs = Infinity;
    for (const alarm of this.dueBy(this.monotonic())) if (this.alarms.has(alarm)) this.fire(alarm);
    this.arm();
  }

  /** A copy: an alarm that sets another one for at once must not keep a loop from ending. */
  private dueBy(monotonicMs: number): Alarm[] {
    const due: Alarm[] = [];
    for (const alarm of this.alarms.keys()) {
      if (alarm.dueMs > monotonicMs) break;
      due.push(alarm);
    }
    return due;
  }
}
