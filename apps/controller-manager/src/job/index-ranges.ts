/**
 * A set of completion indexes, kept as ranges: a job may have 100,000 of them, and its status says `1,3-5,7`
 * (JobStatus.completedIndexes).
 */
export class IndexRanges {
  /** @param ranges first and last index of each, in order, apart from each other */
  private constructor(private readonly ranges: readonly (readonly [number, number])[]) {}

  static readonly empty = new IndexRanges([]);

  static of(indexes: Iterable<number>): IndexRanges {
    const ranges: [number, number][] = [];
    for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
      const last = ranges[ranges.length - 1];
      if (last && last[1] === index - 1) last[1] = index;
      else ranges.push([index, index]);
    }
    return new IndexRanges(ranges);
  }

  /** What is at or above `limit` is left out: a job that got smaller forgets it. Parts that are no ranges are skipped. */
  static parse(text: string | undefined, limit: number): IndexRanges {
    const ranges: [number, number][] = [];
    for (const part of (text ?? '').split(',')) {
      const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
      if (!match) continue;
      const first = Number(match[1]);
      const last = Math.min(Number(match[2] ?? match[1]), limit - 1);
      if (first > last) continue;
      const before = ranges[ranges.length - 1];
      if (before && before[1] >= first - 1) before[1] = Math.max(before[1], last);
      else ranges.push([first, last]);
    }
    return new IndexRanges(ranges);
  }

  get size(): number {
    return this.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [first = 0, last = 0] = this.ranges[middle] ?? [];
      if (index < first) high = middle - 1;
      else if (index > last) low = middle + 1;
      else return true;
    }
    return false;
  }

  with(indexes: readonly number[]): IndexRanges {
    const added = indexes.filter((index) => !this.has(index));
    if (!added.length) return this;
    const all = [...this.ranges, ...added.map((index) => [index, index] as const)].sort(([a], [b]) => a - b);
    const ranges: [number, number][] = [];
    for (const [first, last] of all) {
      const before = ranges[ranges.length - 1];
      if (before && before[1] >= first - 1) before[1] = Math.max(before[1], last);
      else ranges.push([first, last]);
    }
    return new IndexRanges(ranges);
  }

  /** How many indexes both have. */
  sharedWith(other: IndexRanges): number {
    let count = 0;
    for (const [first, last] of this.ranges) {
      for (const [otherFirst, otherLast] of other.ranges) count += Math.max(0, Math.min(last, otherLast) - Math.max(first, otherFirst) + 1);
    }
    return count;
  }

  toString(): string {
    return this.ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
  }
}
