/**
 * The one door to time. Everything that measures, waits or stamps takes a Clock, so that tests decide what time it is.
 */
export interface Clock {
  /** Milliseconds since the epoch; for stamps. */
  now(): number;
  /** Milliseconds of a clock that never jumps; for durations. */
  monotonic(): number;
  /** Calls `fn` once after `delayMs`. The returned function cancels; it may be called twice and after the call. */
  after(delayMs: number, fn: () => void): Cancel;
  /** Calls `fn` every `periodMs` until cancelled. */
  every(periodMs: number, fn: () => void): Cancel;
  /** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Stops a timer. Idempotent. */
export type Cancel = () => void;

function sleepOn(after: Clock['after'], delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function realAfter(delayMs: number, fn: () => void): Cancel {
  // setTimeout fires at once for anything above 2^31-1.
  const timer = setTimeout(fn, Math.min(Math.max(delayMs, 0), 2_147_483_647));
  return () => clearTimeout(timer);
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: realAfter,
  every: (periodMs, fn) => {
    const timer = setInterval(fn, periodMs);
    return () => clearInterval(timer);
  },
  sleep: (delayMs, signal) => sleepOn(realAfter, delayMs, signal),
};

interface Alarm {
  at: number;
  fn: () => void;
  periodMs?: number;
}

/** A clock that stands still until a test moves it. */
export class SimulatedClock implements Clock {
  private alarms: Alarm[] = [];

  constructor(private nowMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.nowMs;
  }

  monotonic(): number {
    return this.nowMs;
  }

  after(delayMs: number, fn: () => void): Cancel {
    return this.add({ at: this.nowMs + Math.max(delayMs, 0), fn });
  }

  every(periodMs: number, fn: () => void): Cancel {
    return this.add({ at: this.nowMs + periodMs, fn, periodMs });
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn((ms, fn) => this.after(ms, fn), delayMs, signal);
  }

  /**
   * Moves time forward, firing what falls due in order; between two alarms pending promises run, so that an alarm set
   * by one that just fired is seen.
   */
  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      const due = this.alarms.filter((alarm) => alarm.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.nowMs = Math.max(this.nowMs, due.at);
      if (due.periodMs) due.at += due.periodMs;
      else this.alarms = this.alarms.filter((alarm) => alarm !== due);
      due.fn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.nowMs = end;
    await new Promise((resolve) => setImmediate(resolve));
  }

  private add(alarm: Alarm): Cancel {
    this.alarms.push(alarm);
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
    };
  }
}
