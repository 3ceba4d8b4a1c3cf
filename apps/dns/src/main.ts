import { runMain } from '@typernetes/component';
import { resolveAccess } from './access';
import { startDns } from './start';

interface Flags {
  kubeconfig?: string;
  grpcServer?: string;
  bindAddress: string;
  port: string;
  clusterDomain: string;
  ttl: string;
  upstream: string[];
  healthPort: string;
  readyPort: string;
  metricsPort: string;
}

void runMain<Flags>({
  name: 'dns',
  description: "The cluster's names: authoritative for the cluster domain, forwards the rest.",
  flags: (command) =>
    command
      .option('--kubeconfig <file>', 'how to reach the apiserver; in a pod, its service account is used')
      .option('--grpc-server <host:port>', "the apiserver's gRPC door")
      .option('--bind-address <ip>', 'address to answer on', '0.0.0.0')
      .option('--port <port>', 'UDP and TCP port to answer on', '53')
      .option('--cluster-domain <domain>', 'domain of the cluster', 'cluster.local')
      .option('--ttl <seconds>', 'how long resolvers may keep an answer', '30')
      .option('--upstream <address...>', 'servers for all other names; without one these are refused', [])
      .option('--health-port <port>', 'liveness', '8080')
      .option('--ready-port <port>', 'readiness', '8181')
      .option('--metrics-port <port>', 'metrics', '9153'),
  start: (flags, context) =>
    startDns(
      {
        access: resolveAccess(flags),
        host: flags.bindAddress,
        port: Number(flags.port),
        domain: flags.clusterDomain,
        ttlSeconds: Number(flags.ttl),
        upstreams: flags.upstream,
        healthPort: Number(flags.healthPort),
        readyPort: Number(flags.readyPort),
        metricsPort: Number(flags.metricsPort),
      },
      context,
    ),
});
