/**
 * Quantities (`100m`, `1.5Gi`, `2e3`): fixed-point numbers with a suffix, as the API defines them in
 * resource.Quantity. A parsed quantity is exact: an integer count of nano-units, the finest that the API keeps.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** Billionths; rounded up (away from zero) where the text was finer. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

export const quantityErrorText =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)((?:[KMGTPE]i)|[numkMGTPE]|(?:[eE][+-]?\d+))?$/;

const decimalExponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

const nano = 1_000_000_000n;
/** 2^63-1 units: what does not fit is capped, as upstream does. */
const nanosMax = (2n ** 63n - 1n) * nano;

/** Undefined when the text is no quantity. */
export function tryParseQuantity(text: string | number): Quantity | undefined {
  const match = pattern.exec(String(text));
  if (!match) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0');
  const binary = binaryExponents[suffix];
  let format: QuantityFormat = 'DecimalSI';
  let exponent = 9 - fraction.length;
  let magnitude = mantissa;
  if (binary !== undefined) {
    format = 'BinarySI';
    magnitude <<= binary;
  } else if (/^[eE][+-]?\d/.test(suffix)) {
    format = 'DecimalExponent';
    exponent += Math.max(-400, Math.min(400, Number(suffix.slice(1))));
  } else {
    exponent += decimalExponents[suffix] ?? 0;
  }
  const nanos = capped(shiftDecimal(magnitude, exponent));
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** @throws Error with upstream's text when the text is no quantity. */
export function parseQuantity(text: string | number): Quantity {
  const quantity = tryParseQuantity(text);
  if (!quantity) throw new Error(quantityErrorText);
  return quantity;
}

/** magnitude * 10^exponent, rounded up. */
function shiftDecimal(magnitude: bigint, exponent: number): bigint {
  return exponent >= 0 ? magnitude * 10n ** BigInt(exponent) : divideUp(magnitude, 10n ** BigInt(-exponent));
}

function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor > 0n ? quotient + 1n : quotient;
}

function capped(nanos: bigint): bigint {
  return nanos > nanosMax ? nanosMax : nanos;
}

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

/** Sums keep the first operand's format unless that is zero (as upstream's Add). */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos - b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

/** Whole units, rounded up: upstream's Value(). */
export function quantityValue({ nanos }: Quantity): bigint {
  return divideUp(nanos, nano);
}

/** Thousandths, rounded up: upstream's MilliValue(). */
export function quantityMilliValue({ nanos }: Quantity): bigint {
  return divideUp(nanos, 1_000_000n);
}

const numbers = new Map<string, number>();
/** Quantities in use are few and repeat; the bound only guards against hostile variety. */
const numbersMax = 10_000;

/**
 * A quantity text as a plain number for arithmetic on hot paths, remembered by text: whole units (`one`) or thousandths
 * (`milli`), rounded up. Texts that are no quantity count as 0: the API never stores one.
 */
export function quantityToNumber(text: string | number, unit: 'one' | 'milli'): number {
  const key = unit === 'one' ? String(text) : `m ${text}`;
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const quantity = tryParseQuantity(text);
  const value = quantity ? Number(unit === 'one' ? quantityValue(quantity) : quantityMilliValue(quantity)) : 0;
  if (numbers.size >= numbersMax) numbers.clear();
  numbers.set(key, value);
  return value;
}

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * The canonical text: no fraction, the largest suffix that needs none, at most three digits before a decimal exponent.
 * Binary quantities below 1024, and those with a fraction, are written as decimal ones.
 */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const sign = nanos < 0n ? '-' : '';
  const magnitude = nanos < 0n ? -nanos : nanos;
  if (format === 'BinarySI' && magnitude % nano === 0n && magnitude >= 1024n * nano) {
    return sign + formatBinary(magnitude / nano);
  }
  let value = magnitude;
  let step = 0;
  while (value % 1000n === 0n && step < decimalSuffixes.length - 1) {
    value /= 1000n;
    step++;
  }
  if (format !== 'DecimalExponent') return `${sign}${value}${decimalSuffixes[step]}`;
  const exponent = step * 3 - 9;
  return exponent === 0 ? `${sign}${value}` : `${sign}${value}e${exponent}`;
}

function formatBinary(units: bigint): string {
  let value = units;
  let step = 0;
  while (value % 1024n === 0n && step < binarySuffixes.length - 1) {
    value /= 1024n;
    step++;
  }
  return `${value}${binarySuffixes[step]}`;
}

/** `1000m` -> `1`: the form in which the API gives quantities back. Texts that are no quantity stay as they are. */
export function canonicalQuantity(text: string | number): string {
  const quantity = tryParseQuantity(text);
  return quantity ? formatQuantity(quantity) : String(text);
}
