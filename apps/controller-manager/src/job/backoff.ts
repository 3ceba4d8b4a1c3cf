import type { Pod } from '@typernetes/api';
import { podFinishedAtMs } from './job-facts';

/** The pause after the first failure; each further one doubles it. */
const podFailureBackoffMsInitial = 10_000;
const podFailureBackoffMsMax = 10 * 60_000;

/** Failures in a row, as far as this process has seen them. */
export interface BackoffRecord {
  readonly failuresAfterLastSuccess: number;
  readonly lastFailureMs: number;
}

const none: BackoffRecord = { failuresAfterLastSuccess: 0, lastFailureMs: 0 };

/** The record after some pods more have ended: failures before the latest success no longer count. */
export function nextBackoff(record: BackoffRecord | undefined, { succeeded, failed }: { succeeded: readonly Pod[]; failed: readonly Pod[] }, nowMs: number): BackoffRecord {
  const lastSuccessMs = Math.max(-1, ...succeeded.map((pod) => podFinishedAtMs(pod, nowMs)));
  const failures = failed.map((pod) => podFinishedAtMs(pod, nowMs)).filter((endMs) => endMs > lastSuccessMs);
  const before = succeeded.length ? none : (record ?? none);
  if (!failures.length) return before;
  return { failuresAfterLastSuccess: before.failuresAfterLastSuccess + failures.length, lastFailureMs: Math.max(before.lastFailureMs, ...failures) };
}

/** How long no pod is to be made yet. */
export function remainingBackoffMs({ failuresAfterLastSuccess, lastFailureMs }: BackoffRecord, nowMs: number): number {
  if (failuresAfterLastSuccess === 0) return 0;
  const pauseMs = Math.min(podFailureBackoffMsMax, podFailureBackoffMsInitial * 2 ** Math.min(failuresAfterLastSuccess - 1, 20));
  return Math.max(0, lastFailureMs + pauseMs - nowMs);
}
