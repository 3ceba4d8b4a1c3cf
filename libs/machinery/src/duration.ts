const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** `4m12s` with no second part when it is 0. */
function two(ms: number, unit: number, letter: string, next: { unit: number; letter: string }): string {
  const whole = Math.floor(ms / unit);
  const rest = Math.floor((ms % unit) / next.unit);
  return rest ? `${whole}${letter}${rest}${next.letter}` : `${whole}${letter}`;
}

/**
 * A duration as tables show ages: two or three significant figures, the finer unit only while it tells something
 * (upstream's duration.HumanDuration). `ms` below -1 s, as of clocks that disagree, is invalid; a little below counts
 * as 0.
 */
export function humanDuration(ms: number): string {
  if (ms < -1 * second) return '<invalid>';
  if (ms < 0) return '0s';
  if (ms < 2 * minute) return `${Math.floor(ms / second)}s`;
  if (ms < 10 * minute) return two(ms, minute, 'm', { unit: second, letter: 's' });
  if (ms < 3 * hour) return `${Math.floor(ms / minute)}m`;
  if (ms < 8 * hour) return two(ms, hour, 'h', { unit: minute, letter: 'm' });
  if (ms < 2 * day) return `${Math.floor(ms / hour)}h`;
  if (ms < 8 * day) return two(ms, day, 'd', { unit: hour, letter: 'h' });
  if (ms < 2 * year) return `${Math.floor(ms / day)}d`;
  if (ms < 8 * year) return two(ms, year, 'y', { unit: day, letter: 'd' });
  return `${Math.floor(ms / year)}y`;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: second, m: minute, h: hour };

/** `40s`, `1m30s`, `500ms` in milliseconds: Go's durations, as upstream's flags take them. @throws Error */
export function parseDuration(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) throw new Error(`invalid duration ${JSON.stringify(text)}`);
  return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce((sum, [, value, unit = 's']) => sum + Number(value) * (unitMs[unit] ?? 0), 0);
}
