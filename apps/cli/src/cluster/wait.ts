import type { Clock } from '@typernetes/machinery';
import { Problem } from '../problem';

const pollMs = 150;

/** Asks until the answer is `true`; a string says what is still missing. Errors count as "not yet". */
export async function waitUntil(clock: Clock, timeoutMs: number, what: string, ask: () => Promise<true | string>): Promise<void> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (answer === true) return;
    if (clock.monotonic() > deadline) {
      throw new Problem(`${what} took more than ${Math.round(timeoutMs / 1000)} s: ${answer}.`, 'Look at ./t8s status and ./t8s logs <component>.');
    }
    await clock.sleep(pollMs);
  }
}
