import { logResumeOverlapNanos } from '../limits';
import { nanosOfRfc3339 } from '../time';
import type { LogFrame } from './cri-log-format';
import { parseLogLineHead } from './cri-log-format';

/**
 * Where to go on after a restart. The engine's log is read again from a little before the last written line; what is
 * written already is known by timestamp and stream and skipped, each as often as it is there. So no line is lost when
 * lines of the two streams stand out of order, and none is doubled.
 */
export interface ResumePoint {
  /** Nanoseconds; 0: from the beginning. */
  sinceNanos: bigint;
  /** True when the frame is in the file already. */
  alreadyWritten(frame: LogFrame): boolean;
}

export const fromTheBeginning: ResumePoint = { sinceNanos: 0n, alreadyWritten: () => false };

/** `lines`: the last lines of the log file, oldest first, without a first one that may be cut. */
export function resumePoint(lines: readonly string[]): ResumePoint {
  const heads = lines.flatMap((line) => parseLogLineHead(line) ?? []);
  const newest = heads.reduce((max, head) => bigMax(max, nanosOfRfc3339(head.timestamp)), 0n);
  if (newest === 0n) return fromTheBeginning;
  const oldest = heads.reduce((min, head) => bigMin(min, nanosOfRfc3339(head.timestamp)), newest);
  const sinceNanos = bigMax(newest - logResumeOverlapNanos, oldest);
  const written = new Map<string, number>();
  for (const head of heads) {
    if (nanosOfRfc3339(head.timestamp) < sinceNanos) continue;
    const key = `${head.timestamp} ${head.stream}`;
    written.set(key, (written.get(key) ?? 0) + 1);
  }
  return {
    sinceNanos,
    alreadyWritten(frame) {
      const key = `${frame.timestamp} ${frame.stream}`;
      const count = written.get(key) ?? 0;
      if (count > 0) written.set(key, count - 1);
      return count > 0;
    },
  };
}

const bigMax = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const bigMin = (a: bigint, b: bigint): bigint => (a < b ? a : b);
