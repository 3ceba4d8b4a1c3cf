import type { Clock } from '@typernetes/machinery';
import type { Pressure } from '../node/pressure';
import type { SignalName, Signals } from './signals';
import type { Met, Thresholds } from './thresholds';
import { metThresholds } from './thresholds';

/** Remembers what the node was short of: a condition stays for a while, so that it does not come and go. */
export class PressureKeeper {
  private readonly metAtMs = new Map<SignalName, number>();

  constructor(
    private readonly thresholds: Thresholds,
    private readonly transitionMs: number,
    private readonly clock: Clock,
  ) {}

  /** Takes in what was seen now and gives back the thresholds that are met. */
  observe(signals: Signals): Met[] {
    const met = metThresholds(this.thresholds, signals);
    for (const { signal } of met) this.metAtMs.set(signal, this.clock.monotonic());
    return met;
  }

  /** The node's conditions. */
  pressure(): Pressure {
    const nowMs = this.clock.monotonic();
    const isUnder = (signal: SignalName): boolean => {
      const atMs = this.metAtMs.get(signal);
      return atMs !== undefined && nowMs - atMs < this.transitionMs;
    };
    return { memory: isUnder('memory.available'), disk: isUnder('nodefs.available') || isUnder('nodefs.inodesFree'), pid: isUnder('pid.available') };
  }
}
