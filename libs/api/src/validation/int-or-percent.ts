/** Counts that may also be given as a share: `1` or `25%`. */
import { fieldError } from '@typernetes/machinery';
import { checkNotNegative, type Errors } from './checks';

type IntOrPercent = number | string | undefined;

const percentText = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const percent = /^[0-9]+%$/;

/** The number of either form; anything else counts as 0. */
export function intOrPercentValue(value: IntOrPercent): number {
  if (typeof value === 'string') return percent.test(value) ? Number.parseInt(value, 10) : 0;
  return value ?? 0;
}

export function checkIntOrPercent(out: Errors, field: string, value: IntOrPercent): void {
  if (typeof value === 'string') {
    if (!percent.test(value)) out.push(fieldError.invalid(field, value, percentText));
  } else checkNotNegative(out, field, value);
}

export function checkAtMost100Percent(out: Errors, field: string, value: IntOrPercent): void {
  if (typeof value === 'string' && intOrPercentValue(value) > 100) out.push(fieldError.invalid(field, value, 'must not be greater than 100%'));
}
