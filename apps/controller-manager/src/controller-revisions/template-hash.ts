/** Vowels are left out, as in the names that the API generates. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** JSON with keys in order and without what is undefined: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
}

/** 32-bit FNV-1a. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * A short name for a value that fits into labels and names of objects. `collisionCount` gives another name to a value
 * whose first choice is taken by something else.
 */
export function hashOf(value: unknown, collisionCount?: number): string {
  const hash = fnv1a(canonicalJson(value) + (collisionCount === undefined ? '' : String(collisionCount)));
  return [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}
