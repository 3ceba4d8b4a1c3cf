import { isDeepStrictEqual } from 'node:util';

/** Without what the API leaves out when it stores a status: absent, zero and empty are the same there. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const isEmpty = (field: unknown): boolean => field === undefined || field === null || field === 0 || field === '' || (Array.isArray(field) && field.length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !isEmpty(field)).map(([name, field]) => [name, withoutEmpty(field)]));
}

/** Does a status say the same as the stored one? Then the write can be spared. */
export function sameStatus(a: object | undefined, b: object | undefined): boolean {
  return isDeepStrictEqual(withoutEmpty(a ?? {}), withoutEmpty(b ?? {}));
}
