export type Labels = Readonly<Record<string, string>>;

/**
 * How many of something lie on each node, and by that in each zone, rack or other topology domain: changed by one step
 * per pod, so that asking costs nothing however many nodes there are.
 */
export class DomainCounter {
  private readonly nodeCounts = new Map<string, number>();
  private readonly domains = new Map<string, Map<string, number>>();
  private sum = 0;

  /** `labelsOf` a node; empty for one that does not exist. */
  constructor(private readonly labelsOf: (node: string) => Labels) {}

  /** Over all nodes, those without any label too. */
  get total(): number {
    return this.sum;
  }

  get byNode(): ReadonlyMap<string, number> {
    return this.nodeCounts;
  }

  add(node: string, change: number): void {
    this.sum += change;
    step(this.nodeCounts, node, change);
    const labels = this.labelsOf(node);
    for (const [topologyKey, counts] of this.domains) {
      const domain = labels[topologyKey];
      if (domain !== undefined) step(counts, domain, change);
    }
  }

  /** Domain to count; domains with none are left out. */
  byDomain(topologyKey: string): ReadonlyMap<string, number> {
    const known = this.domains.get(topologyKey);
    if (known) return known;
    const counts = new Map<string, number>();
    for (const [node, count] of this.nodeCounts) {
      const domain = this.labelsOf(node)[topologyKey];
      if (domain !== undefined) step(counts, domain, count);
    }
    this.domains.set(topologyKey, counts);
    return counts;
  }

  /** The node came, went or got other labels. */
  relabelled(node: string, before: Labels, after: Labels): void {
    const count = this.nodeCounts.get(node);
    if (!count) return;
    for (const [topologyKey, counts] of this.domains) {
      const [from, to] = [before[topologyKey], after[topologyKey]];
      if (from === to) continue;
      if (from !== undefined) step(counts, from, -count);
      if (to !== undefined) step(counts, to, count);
    }
  }
}

/** Counts up or down; what is counted down to 0 is forgotten. */
export function step(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
