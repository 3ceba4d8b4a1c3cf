import type { Clock } from '@typernetes/machinery';

/**
 * Is the proxy keeping up? It is while every change has been put into the kernel within `timeoutMs`. The node's own
 * eligibility (not being deleted) is told apart, as upstream does: /livez is about the proxy, /healthz about both.
 */
export class ProxyHealth {
  private lastUpdated = 0;
  private oldestPending: number | undefined;
  nodeEligible = true;

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  queued(): void {
    this.oldestPending ??= this.clock.now();
  }

  updated(): void {
    this.oldestPending = undefined;
    this.lastUpdated = this.clock.now();
  }

  get proxyHealthy(): boolean {
    return this.oldestPending === undefined || this.clock.now() - this.oldestPending < this.timeoutMs;
  }

  answer(kind: 'healthz' | 'livez'): { code: number; body: string } {
    const good = this.proxyHealthy && (kind === 'livez' || this.nodeEligible);
    const body = {
      lastUpdated: new Date(this.lastUpdated).toISOString(),
      currentTime: new Date(this.clock.now()).toISOString(),
      ...(kind === 'healthz' ? { nodeEligible: this.nodeEligible } : {}),
    };
    return { code: good ? 200 : 503, body: JSON.stringify(body) };
  }
}
