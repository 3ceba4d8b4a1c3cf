import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '@typernetes/machinery';
import type { Exchange } from './rest/exchange';
import type { PathHandler } from './rest/paths';
import { respond } from './rest/respond';
import type { ResourceStores } from './store/resource-stores';

/** Upstream's names and labels, so that dashboards and alerts fit. */
export class ApiserverMetrics {
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'code', 'dry_run'],
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'scope'],
    buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
    registers: [this.registry],
  });
  private readonly inFlight = { readOnly: 0, mutating: 0 };

  constructor(private readonly clock: Clock) {
    const { inFlight } = this;
    new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      labelNames: ['request_kind'],
      registers: [this.registry],
      collect() {
        for (const [kind, count] of Object.entries(inFlight)) this.set({ request_kind: kind }, count);
      },
    });
    collectDefaultMetrics({ register: this.registry });
  }

  /** Numbers of stored objects and of watchers, read when asked for. */
  observeStores(stores: ResourceStores): void {
    new Gauge({
      name: 'apiserver_resource_objects',
      help: 'Number of stored objects at the time of last check split by kind.',
      labelNames: ['group', 'resource'],
      registers: [this.registry],
      collect() {
        for (const { kind, cache } of stores) this.set({ group: kind.group, resource: kind.resource }, cache.size);
      },
    });
    new Gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
      labelNames: ['verb', 'group', 'resource'],
      registers: [this.registry],
      collect() {
        for (const { kind, cache } of stores) this.set({ verb: 'WATCH', group: kind.group, resource: kind.resource }, cache.watcherCount);
      },
    });
  }

  /** Counts a request; call the result when it is answered. */
  observeRequest({ method, info, query, response }: Exchange): () => void {
    const start = this.clock.monotonic();
    const kind = method === 'GET' || method === 'HEAD' ? 'readOnly' : 'mutating';
    this.inFlight[kind]++;
    return () => {
      this.inFlight[kind]--;
      if (info.type === 'path') return;
      const { group, version, resource, subresource, namespace, name } = info.target;
      const scope = name ? 'resource' : namespace ? 'namespace' : 'cluster';
      const labels = { verb: info.verb.toUpperCase(), group, version, resource, subresource, scope };
      this.requests.inc({ ...labels, code: String(response.statusCode), dry_run: query.get('dryRun') ?? '' });
      if (info.verb !== 'watch') this.durations.observe(labels, (this.clock.monotonic() - start) / 1000);
    };
  }

  /** `/metrics`. */
  get paths(): PathHandler {
    return async (exchange) => {
      if (exchange.path !== '/metrics') return false;
      await respond(exchange, { code: 200, chunks: [Buffer.from(await this.registry.metrics())], mediaType: this.registry.contentType });
      return true;
    };
  }
}
