import type { Ruleset, RulesetPart } from './ruleset';
import { mergeParts } from './ruleset';

/** Who puts parts into the ruleset: a Service by its key, or the nodes, with the empty string. */
export type Owner = string;
export type OwnedParts = ReadonlyMap<Owner, readonly RulesetPart[]>;

/** The ruleset before and after a change, as far as it was touched. */
export interface RulesetChange {
  previous: Ruleset;
  next: Ruleset;
}

interface Claim {
  owner: Owner;
  value: string;
}

type Touched = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The whole ruleset by owner, so that a change costs what the changed owners have, not all there is. Parts are never
 * mutated: the same array means the same rules. An element that several owners claim is the first owner's.
 */
export class RulesetIndex {
  private owners: OwnedParts = new Map();
  /** By collection and key; most keys have one claim. */
  private readonly claims = new Map<string, Map<string, Claim | Claim[]>>();

  /** Takes over what owners have now. */
  update(next: OwnedParts): RulesetChange {
    const before = this.owners;
    const changed = [...new Set([...before.keys(), ...next.keys()])].filter((owner) => before.get(owner) !== next.get(owner));
    const left = changed.flatMap((owner) => before.get(owner) ?? []);
    const come = changed.flatMap((owner) => next.get(owner) ?? []);
    const touched = touchedBy([...left, ...come]);
    const previousElements = this.winners(touched);
    for (const owner of changed) {
      for (const part of before.get(owner) ?? []) this.release(owner, part);
      for (const part of next.get(owner) ?? []) this.claim(owner, part);
    }
    this.owners = new Map(next);
    return {
      previous: { ...mergeParts(left), elements: previousElements },
      next: { ...mergeParts(come), elements: this.winners(touched) },
    };
  }

  /** All of it. */
  whole(): Ruleset {
    const sorted = [...this.owners].sort(([a], [b]) => (a < b ? -1 : 1));
    return mergeParts(sorted.flatMap(([, parts]) => parts));
  }

  private claim(owner: Owner, { elements }: RulesetPart): void {
    for (const [collection, key, value] of elements) {
      let keys = this.claims.get(collection);
      if (!keys) this.claims.set(collection, (keys = new Map()));
      const known = claimsOf(keys.get(key));
      // Of one owner the first claim counts, too.
      if (known.some((claim) => claim.owner === owner)) continue;
      const claim = { owner, value };
      keys.set(key, known.length === 0 ? claim : [...known, claim].sort((a, b) => (a.owner < b.owner ? -1 : 1)));
    }
  }

  private release(owner: Owner, { elements }: RulesetPart): void {
    for (const [collection, key] of elements) {
      const keys = this.claims.get(collection);
      const left = claimsOf(keys?.get(key)).filter((claim) => claim.owner !== owner);
      const [only] = left;
      if (!only) keys?.delete(key);
      else keys?.set(key, left.length === 1 ? only : left);
    }
  }

  private winners(touched: Touched): Map<string, Map<string, string>> {
    const found = new Map<string, Map<string, string>>();
    for (const [collection, keys] of touched) {
      const values = new Map<string, string>();
      for (const key of keys) {
        const [first] = claimsOf(this.claims.get(collection)?.get(key));
        if (first) values.set(key, first.value);
      }
      found.set(collection, values);
    }
    return found;
  }
}

const claimsOf = (claims: Claim | Claim[] | undefined): Claim[] => (claims === undefined ? [] : Array.isArray(claims) ? claims : [claims]);

function touchedBy(parts: readonly RulesetPart[]): Touched {
  const touched = new Map<string, Set<string>>();
  for (const { elements } of parts) {
    for (const [collection, key] of elements) {
      let keys = touched.get(collection);
      if (!keys) touched.set(collection, (keys = new Set()));
      keys.add(key);
    }
  }
  return touched;
}
