import type { Random } from '@typernetes/machinery';

/** How many low numbers are left to those who choose theirs (KEP-3070, KEP-3668). */
export const ipBand = (size: number): number => Math.min(Math.max(16, Math.floor(size / 16)), 256);
export const portBand = (size: number): number => (size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128));

/**
 * A free number of 1 to `size`: by chance above the band, when that is full below it. Undefined: all are taken.
 * From a random start it looks on in order, so a nearly full range costs one walk at most.
 */
export function pickFree(size: number, band: number, { isTaken, random }: { isTaken: (n: number) => boolean; random: Random }): number | undefined {
  return pickBetween(band + 1, size, isTaken, random) ?? pickBetween(1, Math.min(band, size), isTaken, random);
}

function pickBetween(first: number, last: number, isTaken: (n: number) => boolean, random: Random): number | undefined {
  const count = last - first + 1;
  const start = Math.floor(random.next() * count);
  for (let i = 0; i < count; i++) {
    const candidate = first + ((start + i) % count);
    if (!isTaken(candidate)) return candidate;
  }
  return undefined;
}
