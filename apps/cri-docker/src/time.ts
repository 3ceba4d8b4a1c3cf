import type { Clock } from '@typernetes/machinery';

/** Nanoseconds since the epoch of an RFC 3339 time with up to nine decimals; 0 for Go's zero time and for nonsense. */
export function nanosOfRfc3339(text: string | undefined): bigint {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text ?? '');
  if (!match) return 0n;
  const [, seconds, fraction = '', zone] = match;
  const ms = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(ms) || ms < 0) return 0n;
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Seconds with nine decimals, as the engine's `since` wants them. */
export function decimalSeconds(nanos: bigint): string {
  return `${nanos / 1_000_000_000n}.${(nanos % 1_000_000_000n).toString().padStart(9, '0')}`;
}

export function nowNanos(clock: Clock): bigint {
  return BigInt(Math.round(clock.now() * 1_000)) * 1_000n;
}
