/** Table of all our rules; upstream's name in nftables mode. */
export const table = 'ip kube-proxy';

/**
 * The part of the table that changes: what the fixed part jumps into. Keys are nft's own spelling, so equal text is an
 * equal rule.
 */
export interface Ruleset {
  /** Name to rules. Equal arrays may be the same array: that makes comparing cheap. */
  chains: ReadonlyMap<string, readonly string[]>;
  /** Sets that the kernel fills (session affinity): name to definition. */
  sets: ReadonlyMap<string, string>;
  /** Elements of the fixed maps and sets: their name, then key to verdict (empty in sets). */
  elements: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** What one Service adds. */
export interface RulesetPart {
  chains: readonly (readonly [name: string, rules: readonly string[]])[];
  sets: readonly (readonly [name: string, definition: string])[];
  elements: readonly (readonly [collection: string, key: string, value: string])[];
}

/**
 * Puts parts together. Two Services may claim the same address and port (external addresses are anybody's): the first
 * part wins, as an element can have one verdict only.
 */
export function mergeParts(parts: Iterable<RulesetPart>): Ruleset {
  const chains = new Map<string, readonly string[]>();
  const sets = new Map<string, string>();
  const elements = new Map<string, Map<string, string>>();
  for (const part of parts) {
    for (const [name, rules] of part.chains) chains.set(name, rules);
    for (const [name, definition] of part.sets) sets.set(name, definition);
    for (const [collection, key, value] of part.elements) {
      const known = elements.get(collection) ?? new Map<string, string>();
      elements.set(collection, known);
      if (!known.has(key)) known.set(key, value);
    }
  }
  return { chains, sets, elements };
}

export const emptyRuleset: Ruleset = { chains: new Map(), sets: new Map(), elements: new Map() };
