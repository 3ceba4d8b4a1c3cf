import type { Random } from '@typernetes/machinery';

export interface BackoffOptions {
  initialMs: number;
  maxMs: number;
  /** The part of the pause that is left to chance (0..1), so that many clients do not come back at once. */
  jitter: number;
}

/** The pause before the next attempt after `failures` failed ones (1 or more). */
export function backoffMs(failures: number, { initialMs, maxMs, jitter }: BackoffOptions, random: Random): number {
  const full = Math.min(maxMs, initialMs * 2 ** Math.min(failures - 1, 30));
  return full * (1 - jitter * random.next());
}
