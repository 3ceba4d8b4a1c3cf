/** Cron expressions of five fields, or a descriptor such as `@daily` (crontab(5)); the texts are those users know. */

interface Field {
  min: number;
  max: number;
  names: readonly string[];
}

const months = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fields: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];

const descriptors = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const duration = /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/;

/** What is wrong with a schedule; undefined when nothing is. */
export function cronScheduleError(schedule: string): string | undefined {
  const text = schedule.replace(/^(CRON_)?TZ=\S+\s+/, '');
  if (text.startsWith('@')) return descriptorError(text);
  const parts = text.split(/\s+/).filter(Boolean);
  if (parts.length !== fields.length) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  for (const [i, field] of fields.entries()) {
    for (const expression of (parts[i] ?? '').split(',')) {
      const error = rangeError(expression, field);
      if (error) return error;
    }
  }
  return undefined;
}

function descriptorError(text: string): string | undefined {
  if (descriptors.has(text)) return undefined;
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const period = text.slice('@every '.length);
  return duration.test(period) ? undefined : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(period)}`;
}

function rangeError(expression: string, field: Field): string | undefined {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreHyphens] = range.split('-');
  const isAny = low === '*' || low === '?';
  if (!isAny && moreHyphens.length) return `too many hyphens: ${expression}`;
  const start = isAny ? field.min : numberOf(low, field.names);
  const end = isAny ? field.max : high === undefined ? (step === undefined ? start : field.max) : numberOf(high, field.names);
  if (typeof start === 'string') return start;
  if (typeof end === 'string') return end;
  if (moreSteps.length) return `too many slashes: ${expression}`;
  const every = step === undefined ? 1 : numberOf(step, []);
  if (typeof every === 'string') return every;
  if (start < field.min) return `beginning of range (${start}) below minimum (${field.min}): ${expression}`;
  if (end > field.max) return `end of range (${end}) above maximum (${field.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return every === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

/** A number or a name; a text says what is wrong with it. */
function numberOf(text: string, names: readonly string[]): number | string {
  const index = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (index >= 0) return index;
  if (!/^[+-]?[0-9]+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
