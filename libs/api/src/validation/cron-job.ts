import { fieldError, type FieldError } from '@typernetes/machinery';
import type { CronJob, CronJobSpec } from '../generated/types';
import { checkNotNegative, checkRequired, checkRequiredOneOf, type Errors } from './checks';
import { cronScheduleError } from './cron-schedule';
import { checkJobSpec } from './job';

/** Jobs are named after their CronJob, with eleven more characters. */
const nameMax = 52;

function checkTimeZone(out: Errors, field: string, timeZone: string | undefined): void {
  if (timeZone === undefined) return;
  if (timeZone === '') out.push(fieldError.invalid(field, timeZone, 'timeZone must be nil or non-empty string'));
  else if (timeZone.toLowerCase() === 'local') {
    out.push(fieldError.invalid(field, timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'));
  } else if (!isTimeZone(timeZone)) out.push(fieldError.invalid(field, timeZone, `unknown time zone ${timeZone}`));
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function checkSchedule(out: Errors, schedule: string | undefined, mayHaveZone: boolean): void {
  if (!checkRequired(out, 'spec.schedule', schedule)) return;
  const text = schedule ?? '';
  const error = cronScheduleError(text);
  if (error) out.push(fieldError.invalid('spec.schedule', text, error));
  if (text.includes('TZ') && !mayHaveZone) out.push(fieldError.invalid('spec.schedule', text, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
}

function checkSpec(out: Errors, spec: CronJobSpec, mayHaveZone: boolean): void {
  checkSchedule(out, spec.schedule, mayHaveZone);
  checkNotNegative(out, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  checkTimeZone(out, 'spec.timeZone', spec.timeZone);
  checkRequiredOneOf(out, 'spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const field = 'spec.jobTemplate.spec';
  const { selector, manualSelector } = spec.jobTemplate?.spec ?? {};
  checkJobSpec(out, field, spec.jobTemplate?.spec ?? { template: {} });
  if (selector) out.push(fieldError.invalid(`${field}.selector`, selector, '`selector` will be auto-generated'));
  if (manualSelector) out.push(fieldError.notSupported(`${field}.manualSelector`, manualSelector, ['nil', 'false']));
  checkNotNegative(out, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  checkNotNegative(out, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
}

export function validateCronJobCreate({ metadata, spec }: CronJob): FieldError[] {
  const out: Errors = [];
  checkSpec(out, spec ?? ({} as CronJobSpec), false);
  const name = metadata?.name ?? '';
  if (name.length > nameMax) out.push(fieldError.invalid('metadata.name', name, `must be no more than ${nameMax} characters`));
  return out;
}

/** A zone in the schedule is left alone where it already was. */
export function validateCronJobUpdate({ spec }: CronJob, previous: CronJob): FieldError[] {
  const out: Errors = [];
  checkSpec(out, spec ?? ({} as CronJobSpec), previous.spec?.schedule?.includes('TZ') ?? false);
  return out;
}
