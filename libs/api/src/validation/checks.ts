/** The small rules that all kinds are made of. Each adds what is wrong to `out`; texts are upstream's. */
import { isIP } from 'node:net';
import { fieldError, validatePortName, validatePortNumber, type FieldError } from '@typernetes/machinery';

export type Errors = FieldError[];

export const int32Max = 2_147_483_647;
export const mustBePositive = 'must be greater than zero';
export const mustNotBeNegative = 'must be greater than or equal to 0';
export const fieldIsImmutable = 'field is immutable';
const ipText = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** One violation per text that the rule gives. */
export function checkWith(out: Errors, field: string, value: string, rule: (value: string) => string[]): void {
  for (const text of rule(value)) out.push(fieldError.invalid(field, value, text));
}

/** Empty counts as missing. */
export function checkRequired(out: Errors, field: string, value: unknown): boolean {
  const isMissing = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (isMissing) out.push(fieldError.required(field));
  return !isMissing;
}

export function checkRequiredWith(out: Errors, field: string, value: string | undefined, rule: (value: string) => string[]): void {
  if (checkRequired(out, field, value)) checkWith(out, field, value ?? '', rule);
}

/** Absent is fine. */
export function checkOneOf(out: Errors, field: string, value: string | undefined, supported: readonly string[]): void {
  if (value !== undefined && !supported.includes(value)) out.push(fieldError.notSupported(field, value, supported));
}

export function checkRequiredOneOf(out: Errors, field: string, value: string | undefined, supported: readonly string[]): void {
  if (checkRequired(out, field, value)) checkOneOf(out, field, value, supported);
}

export function checkNotNegative(out: Errors, field: string, value: number | undefined): void {
  if (value !== undefined && value < 0) out.push(fieldError.invalid(field, value, mustNotBeNegative));
}

export function checkBetween(out: Errors, field: string, value: number | undefined, [min, max]: readonly [number, number]): void {
  if (value !== undefined && (value < min || value > max)) {
    out.push(fieldError.invalid(field, value, `must be between ${min} and ${max}, inclusive`));
  }
}

/** Users and groups of Linux, as far as the API lets them go. */
export const idRange = [0, int32Max] as const;

export function checkPort(out: Errors, field: string, port: number): void {
  for (const text of validatePortNumber(port)) out.push(fieldError.invalid(field, port, text));
}

/** A port by number or by the name that a container gives it. */
export function checkPortOrName(out: Errors, field: string, port: number | string | undefined): void {
  if (typeof port === 'string') checkWith(out, field, port, validatePortName);
  else checkPort(out, field, port ?? 0);
}

export function checkIP(out: Errors, field: string, ip: string | undefined): boolean {
  if (isIP(ip ?? '')) return true;
  out.push(fieldError.invalid(field, ip ?? '', ipText));
  return false;
}

export const isCidr = (text: string): boolean => {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const family = isIP(address);
  return rest.length === 0 && family !== 0 && /^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
};

export function checkCidr(out: Errors, field: string, cidr: string): void {
  if (!isCidr(cidr)) out.push(fieldError.invalid(field, cidr, cidrText));
}

const specialIPs: readonly (readonly [RegExp, string])[] = [
  [/^(0\.0\.0\.0|::)$/, 'may not be unspecified (0.0.0.0 or ::)'],
  [/^(127\.|::1$)/, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/i, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^(224\.0\.0\.|ff02:)/i, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/** An address that other machines can reach. */
export function checkNonSpecialIP(out: Errors, field: string, ip: string): void {
  for (const [pattern, text] of specialIPs) if (pattern.test(ip)) out.push(fieldError.invalid(field, ip, text));
}

/** Of several members exactly one is set. Returns which are. */
export function setMembers<T extends object>(object: T, except?: keyof T): (keyof T)[] {
  const keys: (keyof T)[] = [];
  for (const key in object) if (key !== except && object[key] !== undefined) keys.push(key);
  return keys;
}

export function checkImmutable(out: Errors, field: string, [next, previous]: readonly [unknown, unknown]): void {
  if (!sameValue(next, previous)) out.push(fieldError.invalid(field, next, fieldIsImmutable));
}

const isEmpty = (value: unknown): boolean => {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
};

/** Equality as the API sees it: absent and empty lists and maps are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left) if (!sameValue(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && !isEmpty(right[key])) return false;
  return true;
}
