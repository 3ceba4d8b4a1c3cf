/** Times of the API (RFC 3339, UTC): Time has whole seconds, MicroTime six digits. */

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/** meta/v1 Time: `2026-01-02T03:04:05Z`; parts of a second are dropped. */
export function formatTime(epochMs: number): string {
  return `${new Date(Math.floor(epochMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** meta/v1 MicroTime: `2026-01-02T03:04:05.000006Z`. `epochMs` may have a fraction. */
export function formatMicroTime(epochMs: number): string {
  const micros = Math.floor((epochMs - Math.floor(epochMs / 1000) * 1000) * 1000);
  return `${formatTime(epochMs).slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

/** Milliseconds since the epoch, with a fraction for micro- and nanoseconds; undefined for what is no RFC 3339 time. */
export function parseTime(text: string): number | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone = 'Z'] = match;
  const wholeMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(wholeMs);
  // Date.UTC lets 31 April be 1 May.
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return wholeMs + (fraction ? Number(`0.${fraction}`) * 1000 : 0) - zoneOffsetMs(zone);
}

function zoneOffsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
