import { Cron } from 'croner';

/** When a schedule falls due. */
export interface Schedule {
  /** The first time after `afterMs`; undefined when there is none (31 February). */
  next(afterMs: number): number | undefined;
}

/** Descriptors of the parser that users of CronJobs know (robfig/cron). */
const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const highest = [59, 23, 31, 12, 6];
const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a schedule of five fields or a descriptor; a time zone may stand in front of it (`TZ=`), else it is `timeZone`,
 * else that of this process.
 *
 * @throws Error for an unknown zone, or for what is no schedule (which the API does not store)
 */
export function parseSchedule(text: string, timeZone?: string): Schedule {
  const zoned = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text.trim());
  const expression = zoned?.[2] ?? text.trim();
  if (expression.startsWith('@every ')) return everySchedule(expression.slice('@every '.length));
  const fields = (descriptors[expression] ?? expression).split(/\s+/);
  if (fields.length !== highest.length) throw new Error(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  const zone = timeZone ?? zoned?.[1];
  const cron = new Cron(fields.map(normalized).join(' '), { mode: '5-part', ...(zone ? { timezone: zone } : {}) });
  return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
}

/** `5/15` means "from 5 on, every 15"; `?` means any. */
function normalized(field: string, i: number): string {
  return field
    .split(',')
    .map((part) => part.replace(/^\?/, '*').replace(/^(\w+)\/(\d+)$/, `$1-${highest[i]}/$2`))
    .join(',');
}

/** Whole seconds, at least one. */
function everySchedule(text: string): Schedule {
  let ms = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) ms += Number(amount) * (units[unit] ?? 0);
  const periodMs = Math.max(1000, Math.floor(ms / 1000) * 1000);
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + periodMs };
}
