import { Counter, Gauge, Histogram, Registry } from '@typernetes/component';

const fromMillisecond = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384];
const programming = [0.25, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 45, 60, 120, 240, 300];

export type ProxyMetrics = ReturnType<typeof createProxyMetrics>;

/** Upstream's names; all there from the start. */
export function createProxyMetrics(registry: Registry = new Registry()) {
  const registers = [registry];
  return {
    registry,
    syncDuration: new Histogram({
      name: 'kubeproxy_sync_proxy_rules_duration_seconds',
      help: 'SyncProxyRules latency in seconds',
      buckets: fromMillisecond,
      registers,
    }),
    networkProgramming: new Histogram({
      name: 'kubeproxy_network_programming_duration_seconds',
      help: 'In Cluster Network Programming Latency in seconds',
      buckets: [0.01, 0.025, 0.05, 0.1, ...programming],
      registers,
    }),
    lastSync: new Gauge({
      name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds',
      help: 'The last time proxy rules were successfully synced',
      registers,
    }),
    lastQueued: new Gauge({
      name: 'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds',
      help: 'The last time a sync of proxy rules was queued',
      registers,
    }),
    syncFailures: new Counter({
      name: 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total',
      help: 'Cumulative proxy nftables sync failures',
      registers,
    }),
    cleanupFailures: new Counter({
      name: 'kubeproxy_conntrack_reconciler_failures_total',
      help: 'Cumulative failures to clean up conntrack entries',
      registers,
    }),
  };
}
