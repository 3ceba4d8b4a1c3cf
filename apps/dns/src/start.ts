import { resources } from '@typernetes/api';
import { InformerFactory, createGrpcClient } from '@typernetes/client';
import type { ApiServerAccess, Logger, Running } from '@typernetes/component';
import { createMetricsRegistry, startHealthServer, stopAll } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { systemRandom } from '@typernetes/machinery';
import { CachingForwarder } from './forward/forwarder';
import { parseUpstream, upstreamExchange } from './forward/upstream';
import { DnsMetrics } from './metrics';
import { Resolver } from './server/resolver';
import { listenTcp } from './server/tcp';
import { listenUdp } from './server/udp';
import { ClusterZone } from './zone/cluster-zone';

export interface DnsConfig {
  access: ApiServerAccess;
  host: string;
  /** UDP and TCP. */
  port: number;
  /** `cluster.local` */
  domain: string;
  ttlSeconds: number;
  /** `address[:port]` of servers for all other names; none: these are refused. */
  upstreams: readonly string[];
  healthPort: number;
  readyPort: number;
  metricsPort: number;
}

/** Starts the cluster's name server. It listens at once and is ready when it knows all names. */
export async function startDns(config: DnsConfig, { logger, clock }: { logger: Logger; clock: Clock }): Promise<Running> {
  const zone = new ClusterZone({ domain: config.domain, ttl: config.ttlSeconds });
  const registry = createMetricsRegistry();
  const client = createGrpcClient({ access: config.access, userAgent: 't8s-dns', clock });
  const informers = new InformerFactory({ client, clock, random: systemRandom, logger });
  followNames(informers, zone);
  const ended = new AbortController();
  informers.start(ended.signal);

  let ready = false;
  informers.whenSynced(ended.signal).then(
    () => {
      ready = true;
      logger.info({ domain: config.domain }, 'all names are known');
    },
    () => undefined,
  );
  const forwarder = config.upstreams.length
    ? new CachingForwarder(config.upstreams.map((text) => upstreamExchange(parseUpstream(text), clock)), clock)
    : undefined;
  const resolver = new Resolver({ zone, forwarder, onReply: new DnsMetrics(registry).reply });
  const onError = (error: unknown): void => logger.warn({ error }, 'could not answer a question');
  const udp = await listenUdp(config.host, config.port, resolver, onError);
  const tcp = await listenTcp(config.host, config.port, resolver, onError);
  const synced = {
    name: 'synced',
    check: () => {
      if (!ready) throw new Error('not all names are known yet');
    },
  };
  const servers = await Promise.all([
    startHealthServer({ host: config.host, port: config.healthPort }),
    startHealthServer({ host: config.host, port: config.readyPort, readiness: [synced] }),
    startHealthServer({ host: config.host, port: config.metricsPort, registry }),
  ]);
  const sockets: Running = {
    stop: async () => {
      ended.abort();
      udp.close();
      tcp.close();
      client.close();
    },
  };
  return stopAll([sockets, ...servers]);
}

function followNames(informers: InformerFactory, zone: ClusterZone): void {
  informers.informer(resources.namespaces).onChange({
    added: (namespace) => zone.setNamespace(namespace),
    deleted: (namespace) => zone.deleteNamespace(namespace),
  });
  informers.informer(resources.services).onChange({
    added: (service) => zone.setService(service),
    updated: (service) => zone.setService(service),
    deleted: (service) => zone.deleteService(service),
  });
  informers.informer(resources.endpointSlices).onChange({
    added: (slice) => zone.setSlice(slice),
    updated: (slice) => zone.setSlice(slice),
    deleted: (slice) => zone.deleteSlice(slice),
  });
}
