import type { EndpointSlice, Node, Service, ServiceCIDR } from '@typernetes/api';
import type { Informer } from '@typernetes/client';
import type { Logger, Registry, Running } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { systemClock } from '@typernetes/machinery';
import type { RunCommand } from './command';
import { runCommand } from './command';
import type { ProxyConfig } from './config';
import { serveHttp } from './health/http';
import { ProxyHealth } from './health/proxy-health';
import { ServiceHealthServers } from './health/service-health';
import { createProxyMetrics } from './metrics';
import { nodePortAddresses, prepareKernel } from './node-setup';
import { internalIPOf } from './node-address';
import type { NodeFacts } from './model/node-facts';
import { isEligible, nodeView } from './model/nodes';
import { Proxier, serviceIndex, serviceKeysOf } from './proxier';
import { ProgrammingLatency } from './programming-latency';
import { SyncLoop } from './sync-loop';

/** Not yet synced: `startProxy` adds its index and handlers first. */
export interface ProxySources {
  services: Informer<Service>;
  slices: Informer<EndpointSlice>;
  nodes: Informer<Node>;
  cidrs: Informer<ServiceCIDR>;
}

export interface ProxyDependencies {
  logger: Logger;
  clock?: Clock;
  run?: RunCommand;
  /** Ends the waiting for the first lists. */
  signal?: AbortSignal;
  /** Where the proxy's metrics go, beside what is in there already. */
  registry?: Registry;
}

async function factsOf(config: ProxyConfig, nodeIP: string, run: RunCommand, logger: Logger): Promise<NodeFacts> {
  const addresses = await nodePortAddresses(run, config.nodePortAddresses, nodeIP);
  const loopbackNodePorts = addresses.some((ip) => ip.startsWith('127.'));
  const { bridgeNetfilter } = await prepareKernel({ loopbackNodePorts }, run, logger);
  return {
    nodeName: config.nodeName,
    nodeIP,
    clusterCidr: config.clusterCidr,
    serviceCidr: config.serviceCidr,
    nodePortAddresses: addresses,
    bridgeNetfilter,
  };
}

/** Starts the proxy; stopping it leaves the rules in the kernel. Resolves when the informers have synced and changes are being followed. */
export async function startProxy(config: ProxyConfig, sources: ProxySources, dependencies: ProxyDependencies): Promise<Running> {
  const { logger, clock = systemClock, run = runCommand, signal } = dependencies;
  const { services, slices, nodes, cidrs } = sources;
  const metrics = createProxyMetrics(dependencies.registry);
  const health = new ProxyHealth(clock, 2 * config.syncPeriodMs);
  const serviceHealth = new ServiceHealthServers(() => health.proxyHealthy, logger);
  const http = await serveHttp({ healthz: config.healthzBindAddress, metrics: config.metricsBindAddress }, health, metrics);
  slices.addIndex(serviceIndex, serviceKeysOf);
  await Promise.all([services, slices, nodes, cidrs].map((informer) => informer.whenSynced(signal)));
  const nodeIP = config.nodeIP || (await internalIPOf(config.nodeName, nodes, { clock, logger, signal }));
  const facts = await factsOf(config, nodeIP, run, logger);
  const proxier = new Proxier({ services, slices, nodes, cidrs, facts, run, clock, logger, metrics, health, serviceHealth });
  const latency = new ProgrammingLatency(clock, metrics.networkProgramming);
  const loop = new SyncLoop({
    clock,
    minPeriodMs: config.minSyncPeriodMs,
    periodMs: config.syncPeriodMs,
    sync: (full) => latency.around(() => proxier.sync(full)),
    onError: (error) => {
      metrics.syncFailures.inc();
      logger.error({ err: error }, 'rules could not be put into the kernel');
    },
  });
  const changed = (): void => {
    health.queued();
    metrics.lastQueued.set(clock.now() / 1_000);
    loop.request();
  };
  const anyChange = { added: changed, updated: changed, deleted: changed };
  services.onChange(anyChange);
  cidrs.onChange(anyChange);
  slices.onChange({ ...anyChange, added: (slice) => (latency.note(slice), changed()), updated: (slice) => (latency.note(slice), changed()) });
  // Heartbeats of many nodes must not cost anything.
  const nodeUpdated = (next: Node, previous: Node): void => {
    if (JSON.stringify(nodeView(next)) !== JSON.stringify(nodeView(previous))) changed();
    if (next.metadata?.name === config.nodeName) health.nodeEligible = isEligible(next);
  };
  nodes.onChange({ ...anyChange, updated: nodeUpdated });
  loop.start();
  logger.info({ facts }, 'proxying');
  return {
    async stop() {
      await loop.stop();
      serviceHealth.close();
      await http.close();
    },
  };
}
