/** Values with a syntax of their own. Each function gives the value as it is stored, or throws the decoder's text. */

import { canonicalQuantity } from '@typernetes/machinery';

/** A text that stands as it is in the answer: it names no field, as upstream's own unmarshallers do not. */
export class SyntaxTrouble extends Error {}

const quantityPattern = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const quantityNumber = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const quantitySuffix = /^(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

/** Numbers are fine (`cpu: 0.5`); the canonical form is kept (`500m`). */
export function decodeQuantity(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? quantityPattern.exec(text) : null;
  if (!match || typeof text !== 'string' || !quantityNumber.test(match[1] ?? '')) {
    throw new SyntaxTrouble(`quantities must match the regular expression '${quantityPattern.source}'`);
  }
  if (!quantitySuffix.test(match[2] ?? '')) throw new SyntaxTrouble("unable to parse quantity's suffix");
  return canonicalForm(text);
}

/** Quantities in use are few and repeat; the bound only guards against hostile variety. */
const canonicalForms = new Map<string, string>();
const canonicalFormsMax = 5_000;

function canonicalForm(text: string): string {
  const known = canonicalForms.get(text);
  if (known !== undefined) return known;
  const form = canonicalQuantity(text);
  if (canonicalForms.size >= canonicalFormsMax) canonicalForms.clear();
  canonicalForms.set(text, form);
  return form;
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function parseTime(value: unknown, layout: string): { ms: number; fraction: string } {
  if (typeof value !== 'string') throw new SyntaxTrouble(`json: cannot unmarshal ${jsonType(value)} into Go value of type string`);
  const match = rfc3339.exec(value);
  const ms = match ? Date.parse(value) : NaN;
  if (!match || Number.isNaN(ms)) {
    throw new SyntaxTrouble(`parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as "2006"`);
  }
  return { ms, fraction: (match[1] ?? '').slice(1) };
}

/** To the second, in UTC: what the type can hold. */
export function decodeTime(value: unknown): string {
  const { ms } = parseTime(value, '2006-01-02T15:04:05Z07:00');
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** To the microsecond, in UTC. */
export function decodeMicroTime(value: unknown): string {
  const { ms, fraction } = parseTime(value, '2006-01-02T15:04:05.000000Z07:00');
  return new Date(ms).toISOString().replace(/\.\d+Z$/, `.${fraction.slice(0, 6).padEnd(6, '0')}Z`);
}

const int32Limit = 2 ** 31;
export const isInt32 = (value: number): boolean => Number.isInteger(value) && value >= -int32Limit && value < int32Limit;

export function decodeIntOrString(value: unknown): number | string {
  if (typeof value === 'string' || (typeof value === 'number' && isInt32(value))) return value;
  throw new SyntaxTrouble(`json: cannot unmarshal ${jsonType(value)} into Go value of type int32`);
}

/** RFC 4648 with padding; line breaks are ignored. */
export function decodeBase64(value: string): string {
  const text = value.replace(/[\r\n]/g, '');
  const wrong = /[^A-Za-z0-9+/=]/.exec(text);
  const padding = /=+[^=]/.exec(text);
  if (wrong) throw new SyntaxTrouble(`illegal base64 data at input byte ${wrong.index}`);
  if (padding) throw new SyntaxTrouble(`illegal base64 data at input byte ${padding.index}`);
  if (text.length % 4 !== 0) throw new SyntaxTrouble(`illegal base64 data at input byte ${text.length - (text.length % 4)}`);
  return text;
}

/** A value as Go's decoder calls it. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
