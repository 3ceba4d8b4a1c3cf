import type { Node } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';
import type { Scrape, Summary } from './usage';

/** How often kubelets are asked (metrics-server's --metric-resolution). */
const periodMs = 15_000;
/** Nobody has asked for figures for this long: the kubelets are left alone until somebody does. */
const idleMs = 120_000;
/** Between the first two answers, from which the first rates follow. */
const firstGapMs = 1_000;
/** Kubelets that are asked at the same time. */
const concurrencyMax = 50;

export interface ScraperDependencies {
  nodes(): readonly Node[];
  /** @throws Error when the kubelet does not answer in time */
  read(node: Node): Promise<Summary>;
  clock: Clock;
}

/** Keeps the last two answers of each kubelet, as long as somebody is interested. */
export class Scraper {
  private readonly scrapes = new Map<string, { current: Scrape; previous?: Scrape }>();
  private askedAtMs = 0;
  private running: Promise<void> | undefined;

  constructor(private readonly dependencies: ScraperDependencies) {}

  /** Resolves when there are figures. */
  async ready(): Promise<void> {
    this.askedAtMs = this.dependencies.clock.monotonic();
    this.running ??= this.begin().catch((error: unknown) => {
      this.running = undefined;
      throw error;
    });
    await this.running;
  }

  of(nodeName: string): { current: Scrape; previous?: Scrape } | undefined {
    return this.scrapes.get(nodeName);
  }

  private async begin(): Promise<void> {
    await this.scrapeAll();
    await this.dependencies.clock.sleep(firstGapMs);
    await this.scrapeAll();
    this.scheduleNext();
  }

  private scheduleNext(): void {
    const { clock } = this.dependencies;
    clock.after(periodMs, () => {
      if (clock.monotonic() - this.askedAtMs > idleMs) {
        this.running = undefined;
        this.scrapes.clear();
      } else void this.scrapeAll().then(() => this.scheduleNext());
    });
  }

  private async scrapeAll(): Promise<void> {
    const nodes = [...this.dependencies.nodes()];
    const names = new Set(nodes.map(({ metadata }) => metadata?.name));
    for (const name of this.scrapes.keys()) if (!names.has(name)) this.scrapes.delete(name);
    const work = async (): Promise<void> => {
      for (let node = nodes.shift(); node; node = nodes.shift()) await this.scrape(node);
    };
    await Promise.all(Array.from({ length: Math.min(concurrencyMax, nodes.length) }, work));
  }

  private async scrape(node: Node): Promise<void> {
    const { clock, read } = this.dependencies;
    const name = node.metadata?.name ?? '';
    try {
      const summary = await read(node);
      const before = this.scrapes.get(name)?.current;
      this.scrapes.set(name, { current: { atMs: clock.now(), summary }, ...(before ? { previous: before } : {}) });
    } catch {
      // A node that gives no figures has none: what it said before grows stale.
      this.scrapes.delete(name);
    }
  }
}
