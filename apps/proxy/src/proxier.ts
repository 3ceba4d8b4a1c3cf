import type { EndpointSlice, Node, Service, ServiceCIDR } from '@typernetes/api';
import type { Lister } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import type { RunCommand } from './command';
import { forgetUdpFlows } from './conntrack/conntrack';
import { staleUdpFlows } from './conntrack/stale-udp';
import type { ProxyHealth } from './health/proxy-health';
import type { ServiceHealthServers } from './health/service-health';
import { serviceHealthByPort } from './health/service-health';
import { KernelAddresses } from './load-balancer/kernel-addresses';
import { ownAddresses } from './load-balancer/owner';
import type { Logger } from '@typernetes/component';
import type { ProxyMetrics } from './metrics';
import type { CompiledService } from './model/compiler';
import { ServiceCompiler } from './model/compiler';
import type { NodeFacts } from './model/node-facts';
import type { NodeView } from './model/nodes';
import { nodeView } from './model/nodes';
import type { ServicePort } from './model/service-port';
import { NftTable } from './nft';
import { desiredRoutes } from './routes/desired-routes';
import { KernelRoutes } from './routes/kernel-routes';
import { nodesPart } from './ruleset/node-part';
import type { RulesetPart } from './ruleset/ruleset';
import type { OwnedParts } from './ruleset/ruleset-index';

/** Index of slices by `namespace/name` of their Service. */
export const serviceIndex = 'service';

export function serviceKeysOf(slice: EndpointSlice): string[] {
  const name = slice.metadata?.labels?.['kubernetes.io/service-name'];
  return name ? [`${slice.metadata?.namespace}/${name}`] : [];
}

export interface ProxierOptions {
  services: Lister<Service>;
  slices: Lister<EndpointSlice>;
  nodes: Lister<Node>;
  cidrs: Lister<ServiceCIDR>;
  facts: NodeFacts;
  run: RunCommand;
  clock: Clock;
  logger: Logger;
  metrics: ProxyMetrics;
  health: ProxyHealth;
  serviceHealth: ServiceHealthServers;
}

/** Brings the kernel from what it has to what the listers say. One `sync` at a time. */
export class Proxier {
  private readonly compiler: ServiceCompiler;
  private readonly table: NftTable;
  private readonly routes: KernelRoutes;
  private readonly addresses: KernelAddresses;
  private appliedPorts: readonly ServicePort[] = [];
  /** What routes and addresses were last set for; unchanged input needs no look at the kernel. */
  private appliedRoutes = '';
  private appliedAddresses = '';
  private nodesParts: readonly RulesetPart[] = [];
  private nodesText = '';

  constructor(private readonly options: ProxierOptions) {
    const { facts, run, logger } = options;
    this.compiler = new ServiceCompiler(facts);
    this.table = new NftTable(run, facts);
    this.routes = new KernelRoutes(run);
    this.addresses = new KernelAddresses(run, facts.nodeIP, logger);
  }

  /** @throws CommandError */
  async sync(full: boolean): Promise<void> {
    const { clock, metrics, health, serviceHealth, nodes, logger, facts } = this.options;
    const startedAt = clock.monotonic();
    const nodeViews = nodes.list().map(nodeView);
    const own = nodeViews.find(({ name }) => name === facts.nodeName);
    const compiled = this.compile(own?.zone);
    if (full) await this.table.verify();
    await this.syncRoutes(nodeViews, full);
    const commands = await this.table.apply(this.partsOf(compiled, nodeViews, own));
    await this.forgetFlows(compiled);
    await this.syncAddresses(compiled, nodeViews, full);
    serviceHealth.apply(serviceHealthByPort(compiled));
    health.updated();
    const durationMs = clock.monotonic() - startedAt;
    metrics.syncDuration.observe(durationMs / 1_000);
    metrics.lastSync.set(clock.now() / 1_000);
    if (commands > 0) logger.debug({ commands, durationMs }, 'rules are in the kernel');
  }

  private slicesOf = (key: string): EndpointSlice[] =>
    [...this.options.slices.byIndex(serviceIndex, key)].sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));

  private compile(zone: string | undefined): CompiledService[] {
    return this.compiler.compile(
      this.options.services.list().map((service) => ({
        service,
        slices: this.slicesOf(`${service.metadata?.namespace}/${service.metadata?.name}`),
      })),
      zone,
    );
  }

  /** By owner; what did not change is the same array as before. */
  private partsOf(compiled: readonly CompiledService[], nodes: readonly NodeView[], own: NodeView | undefined): OwnedParts {
    const text = JSON.stringify([nodes, own]);
    if (text !== this.nodesText) this.nodesParts = [nodesPart(nodes, own)];
    this.nodesText = text;
    return new Map([['', this.nodesParts], ...compiled.map(({ key, parts }) => [key, parts] as const)]);
  }

  private async syncRoutes(nodes: readonly NodeView[], full: boolean): Promise<void> {
    const cidrs = this.options.cidrs.list().flatMap(({ spec }) => spec?.cidrs ?? []);
    const desired = desiredRoutes(nodes, this.options.facts, cidrs);
    const text = JSON.stringify(desired);
    if (!full && text === this.appliedRoutes) return;
    this.appliedRoutes = '';
    await this.routes.apply(desired);
    this.appliedRoutes = text;
  }

  private async syncAddresses(services: readonly CompiledService[], nodes: readonly NodeView[], full: boolean): Promise<void> {
    const { facts } = this.options;
    const desired = ownAddresses({ services, slicesOf: this.slicesOf, nodes, nodeName: facts.nodeName });
    const text = JSON.stringify(desired);
    if (!full && text === this.appliedAddresses) return;
    this.appliedAddresses = '';
    await this.addresses.apply(desired);
    this.appliedAddresses = text;
  }

  /** The rules are right already; old flows that linger are logged, not a reason to begin anew. */
  private async forgetFlows(compiled: readonly CompiledService[]): Promise<void> {
    const { run, metrics, logger } = this.options;
    const ports = compiled.flatMap((service) => service.ports);
    const stale = staleUdpFlows(this.appliedPorts, ports);
    this.appliedPorts = ports;
    try {
      await forgetUdpFlows(run, stale);
    } catch (error) {
      metrics.cleanupFailures.inc();
      logger.warn({ err: error }, 'conntrack entries could not be removed');
    }
  }
}
