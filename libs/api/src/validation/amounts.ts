/** Amounts of storage and of what quotas count. */
import { fieldError, tryParseQuantity } from '@typernetes/machinery';
import { mustBePositive, mustNotBeNegative, type Errors } from './checks';

export function checkPositiveAmount(out: Errors, field: string, text: string): void {
  const quantity = tryParseQuantity(text);
  if (quantity && quantity.nanos <= 0n) out.push(fieldError.invalid(field, text, mustBePositive));
}

export function checkAmountNotNegative(out: Errors, field: string, text: string | undefined): void {
  const quantity = text === undefined ? undefined : tryParseQuantity(text);
  if (quantity && quantity.nanos < 0n) out.push(fieldError.invalid(field, text, mustNotBeNegative));
}

/** -1, 0 or 1; texts that are no amounts are equal to everything: they were refused on decoding. */
export function compareAmounts(a: string | undefined, b: string | undefined): number {
  const [left, right] = [tryParseQuantity(a ?? ''), tryParseQuantity(b ?? '')];
  if (!left || !right || left.nanos === right.nanos) return 0;
  return left.nanos < right.nanos ? -1 : 1;
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function checkAccessModes(out: Errors, field: string, modes: readonly string[]): void {
  for (const mode of modes) if (!accessModes.includes(mode)) out.push(fieldError.notSupported(field, mode, accessModes));
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod')) {
    out.push(fieldError.forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  }
}
