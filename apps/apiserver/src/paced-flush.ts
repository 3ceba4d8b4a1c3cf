import type { Clock } from '@typernetes/machinery';

/** So many times as long as a flush took the next one waits: flushing takes a third of the time at most. */
const restPerFlush = 2;

/**
 * Calls `flush` soon after being asked, and at most once per period: the first event goes out at once, what follows
 * within the period travels together. Each write to a TLS socket costs more than the event in it. The more of the time
 * flushing takes, because of many clients or of a busy machine, the longer the period gets.
 */
export function pacedFlush(clock: Clock, periodMs: number, flush: () => void): () => void {
  let state: 'idle' | 'due' | 'resting' | 'asked while resting' = 'idle';
  const rest = (durationMs: number): void => {
    clock.after(Math.max(periodMs, durationMs * restPerFlush), () => {
      const isAsked = state === 'asked while resting';
      state = 'idle';
      if (isAsked) run();
    });
  };
  const run = (): void => {
    state = 'resting';
    const startedAtMs = clock.monotonic();
    try {
      flush();
    } finally {
      rest(clock.monotonic() - startedAtMs);
    }
  };
  return () => {
    if (state === 'resting') state = 'asked while resting';
    if (state !== 'idle') return;
    state = 'due';
    setImmediate(run);
  };
}
