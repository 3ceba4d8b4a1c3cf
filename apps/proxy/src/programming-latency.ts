import type { EndpointSlice } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Measures the time from a change in the cluster (as the slice's annotation tells) until it is in the kernel. */
export class ProgrammingLatency {
  private readonly startedAt: number;
  private waiting: number[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly histogram: { observe(seconds: number): void },
  ) {
    this.startedAt = clock.now();
  }

  /** Changes from before the start would tell how long the proxy was away. */
  note(slice: EndpointSlice): void {
    const at = Date.parse(slice.metadata?.annotations?.[triggerAnnotation] ?? '');
    if (at >= this.startedAt) this.waiting.push(at);
  }

  async around(sync: () => Promise<void>): Promise<void> {
    const covered = this.waiting;
    this.waiting = [];
    await sync();
    for (const at of covered) this.histogram.observe(Math.max(this.clock.now() - at, 0) / 1_000);
  }
}
