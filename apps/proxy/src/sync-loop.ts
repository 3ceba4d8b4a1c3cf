import type { Cancel, Clock } from '@typernetes/machinery';
import { retryDelayMs } from './limits';

export interface SyncLoopOptions {
  clock: Clock;
  minPeriodMs: number;
  periodMs: number;
  /** `full`: compare with the kernel, too. Throwing makes the next one full and soon. */
  sync: (full: boolean) => Promise<void>;
  onError: (error: unknown) => void;
}

/** Runs `sync` after changes: at once when it has rested long enough, many changes at a time when not; and now and then anyway. */
export class SyncLoop {
  private pending = false;
  private full = true;
  private busy = false;
  private running: Promise<void> = Promise.resolve();
  private lastStart = -Infinity;
  private cancelTimer: Cancel | undefined;
  private cancelPeriodic: Cancel | undefined;
  private stopped = false;

  constructor(private readonly options: SyncLoopOptions) {}

  start(): void {
    this.cancelPeriodic = this.options.clock.every(this.options.periodMs, () => {
      this.full = true;
      this.request();
    });
    this.request();
  }

  /** Something changed. */
  request(): void {
    if (this.pending || this.stopped) return;
    this.pending = true;
    if (!this.busy) this.schedule(0);
  }

  /** Resolves when a sync under way has ended; no other follows. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    this.cancelPeriodic?.();
    await this.running;
  }

  private schedule(atLeastMs: number): void {
    const { clock, minPeriodMs } = this.options;
    const restMs = this.lastStart + minPeriodMs - clock.monotonic();
    this.cancelTimer = clock.after(Math.max(restMs, atLeastMs, 0), () => {
      this.running = this.runOnce();
    });
  }

  private async runOnce(): Promise<void> {
    const { clock, sync, onError } = this.options;
    const full = this.full;
    this.busy = true;
    this.pending = false;
    this.full = false;
    this.lastStart = clock.monotonic();
    let delayMs = 0;
    try {
      await sync(full);
    } catch (error) {
      onError(error);
      this.full = true;
      this.pending = true;
      delayMs = retryDelayMs;
    }
    this.busy = false;
    if (this.pending && !this.stopped) this.schedule(delayMs);
  }
}
