import type { Clock } from '@typernetes/machinery';

/**
 * Calls `flush` soon after being asked, and at most once per period: the first event goes out at once, what follows
 * within the period travels together. Each write to a TLS socket costs more than the event in it.
 */
export function pacedFlush(clock: Clock, periodMs: number, flush: () => void): () => void {
  let state: 'idle' | 'due' | 'resting' | 'asked while resting' = 'idle';
  const run = (): void => {
    state = 'resting';
    clock.after(periodMs, () => {
      const isAsked = state === 'asked while resting';
      state = 'idle';
      if (isAsked) run();
    });
    flush();
  };
  return () => {
    if (state === 'resting') state = 'asked while resting';
    if (state !== 'idle') return;
    state = 'due';
    setImmediate(run);
  };
}
