/** How keys of the tables are made. Numbers are written in a fixed width, so that their order is the text's order. */

/** Lower than any character of a key, so that versions of `/a` come before those of `/a/b`. */
const separator = '\0';
/** 2^53 has eleven digits in base 36. */
const digits = 11;

const encodeNumber = (value: number): string => value.toString(36).padStart(digits, '0');
const decodeNumber = (text: string): number => parseInt(text, 36);

export const versionKey = (key: string, revision: number): string => `${key}${separator}${encodeNumber(revision)}`;

export function parseVersionKey(text: string): { key: string; revision: number } {
  const at = text.length - digits;
  return { key: text.slice(0, at - separator.length), revision: decodeNumber(text.slice(at)) };
}

export const logKey = (revision: number, position: number): string => `${encodeNumber(revision)}${encodeNumber(position)}`;

export const parseLogKey = (text: string): number => decodeNumber(text.slice(0, digits));

export const expiryKey = (atMs: number, key: string): string => `${encodeNumber(atMs)}${key}`;

export const parseExpiryKey = (text: string): string => text.slice(digits);

/** The first text behind all texts that begin with `prefix`; prefixes end with an ASCII character here. */
export const endOfPrefix = (prefix: string): string => prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

export const encodeRevision = (revision: number): Buffer => Buffer.from(encodeNumber(revision), 'latin1');

export const decodeRevision = (value: Buffer): number => decodeNumber(value.toString('latin1'));
