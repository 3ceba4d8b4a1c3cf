import type { Clock } from '@typernetes/machinery';
import { watchFlushPeriodMs } from '../limits';
import { pacedFlush } from '../paced-flush';
import { Moment } from './watch-batch';

type Flush = (moment: Moment) => void;

/** All watches of a server send at the same moments, so that those who get the same can share it. */
class WatchPulse {
  private readonly waiting = new Set<Flush>();
  private readonly ask: () => void;

  constructor(clock: Clock) {
    this.ask = pacedFlush(clock, watchFlushPeriodMs, () => this.flush());
  }

  /** Calls `flush` soon, once. */
  schedule(flush: Flush): void {
    this.waiting.add(flush);
    this.ask();
  }

  private flush(): void {
    const moment = new Moment();
    const ready = [...this.waiting];
    this.waiting.clear();
    for (const flush of ready) flush(moment);
  }
}

const pulses = new WeakMap<Clock, WatchPulse>();

/** The one pulse of this clock's server. */
export function watchPulse(clock: Clock): WatchPulse {
  const pulse = pulses.get(clock) ?? new WatchPulse(clock);
  pulses.set(clock, pulse);
  return pulse;
}
