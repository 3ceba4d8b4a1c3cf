/** The one door to chance. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Not for secrets: those come from node:crypto. */
export const systemRandom: Random = { next: () => Math.random() };

/** The same numbers for the same seed (mulberry32), for tests that must replay. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

/** Vowels and look-alikes are left out, so that no words and no misreadings arise (as upstream's name suffixes). */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A random name suffix of `length` characters, as in `my-nginx-6isf4`. */
export function randomSuffix(random: Random, length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += suffixAlphabet[Math.floor(random.next() * suffixAlphabet.length)];
  return suffix;
}
