import type { Command } from 'commander';
import { resources } from '@typernetes/api';
import { InformerFactory, createGrpcClient } from '@typernetes/client';
import { createMetricsRegistry, loadKubeconfig, runMain } from '@typernetes/component';
import { systemRandom } from '@typernetes/machinery';
import { hostname } from 'node:os';
import { defaultConfig } from './config';
import { startProxy } from './start';

interface Flags {
  kubeconfig: string;
  grpcServer?: string;
  hostnameOverride: string;
  nodeIp: string;
  clusterCidr: string;
  serviceClusterIpRange: string;
  nodeportAddresses: string;
  healthzBindAddress: string;
  metricsBindAddress: string;
  nftablesMinSyncPeriod: string;
  nftablesSyncPeriod: string;
}

function flags(command: Command): void {
  command
    .requiredOption('--kubeconfig <file>', 'how to reach the apiserver, and as whom')
    .option('--grpc-server <host:port>', "the apiserver's gRPC door, when it is not at port 6444 of the kubeconfig's server")
    .option('--hostname-override <name>', 'name of the Node', hostname())
    .option('--node-ip <address>', "the node's address; default: the Node's InternalIP", defaultConfig.nodeIP)
    .option('--cluster-cidr <cidr>', "the pods' addresses; what comes from elsewhere to a Service is masqueraded", defaultConfig.clusterCidr)
    .option('--service-cluster-ip-range <cidr>', "the Services' addresses; they never leave the node untranslated", defaultConfig.serviceCidr)
    .option('--nodeport-addresses <cidrs>', 'which local addresses answer on node ports: CIDRs by comma, or "primary"', defaultConfig.nodePortAddresses.join(','))
    .option('--healthz-bind-address <host:port>', 'health for load balancers; empty for none', defaultConfig.healthzBindAddress)
    .option('--metrics-bind-address <host:port>', 'metrics; empty for none', defaultConfig.metricsBindAddress)
    .option('--nftables-min-sync-period <ms>', 'at least this long between two transactions', String(defaultConfig.minSyncPeriodMs))
    .option('--nftables-sync-period <ms>', 'everything is compared with the kernel this often', String(defaultConfig.syncPeriodMs));
}

void runMain<Flags>({
  name: 'proxy',
  description: "Services in the node's kernel: nftables.",
  flags,
  async start(given, { logger, clock }) {
    const kubeconfig = loadKubeconfig(given.kubeconfig);
    const access = { ...kubeconfig, grpcServer: given.grpcServer ?? kubeconfig.grpcServer };
    const client = createGrpcClient({ access, userAgent: 'kube-proxy', clock });
    const informers = new InformerFactory({ client, clock, random: systemRandom, logger });
    const sources = {
      services: informers.informer(resources.services),
      slices: informers.informer(resources.endpointSlices),
      nodes: informers.informer(resources.nodes),
      cidrs: informers.informer(resources.serviceCIDRs),
    };
    const abort = new AbortController();
    const config = {
      nodeName: given.hostnameOverride.trim().toLowerCase(),
      nodeIP: given.nodeIp,
      clusterCidr: given.clusterCidr,
      serviceCidr: given.serviceClusterIpRange,
      nodePortAddresses: given.nodeportAddresses.split(',').filter(Boolean),
      healthzBindAddress: given.healthzBindAddress,
      metricsBindAddress: given.metricsBindAddress,
      minSyncPeriodMs: Number(given.nftablesMinSyncPeriod),
      syncPeriodMs: Number(given.nftablesSyncPeriod),
    };
    const starting = startProxy(config, sources, { logger, clock, signal: abort.signal, registry: createMetricsRegistry() });
    informers.start(abort.signal);
    const running = await starting;
    return {
      async stop() {
        abort.abort(new Error('stopping'));
        await running.stop();
        client.close();
      },
    };
  },
});
