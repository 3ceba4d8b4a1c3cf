import { loadKubeconfig, loadTls, runMain } from '@typernetes/component';
import { startScheduler } from './start';

interface Flags {
  kubeconfig: string;
  grpcServer?: string;
  bindAddress: string;
  securePort: string;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  leaderElect: string | boolean;
}

void runMain<Flags>({
  name: 'kube-scheduler',
  description: 'Assigns pods to nodes.',
  flags: (command) =>
    command
      .requiredOption('--kubeconfig <file>', 'how to reach the apiserver, and as whom')
      .option('--grpc-server <host:port>', "the apiserver's gRPC door, when it is not port 6444 of the kubeconfig's server")
      .option('--bind-address <ip>', 'address to serve health and metrics on', '0.0.0.0')
      .option('--secure-port <port>', 'port to serve health and metrics on', '10259')
      .option('--tls-cert-file <file>', 'serving certificate; without one, plain HTTP is served')
      .option('--tls-private-key-file <file>', 'its key')
      .option('--leader-elect [bool]', 'take turns with other replicas', 'true'),
  start: (flags, { logger, clock }) => {
    const access = loadKubeconfig(flags.kubeconfig);
    const tls = flags.tlsCertFile ? loadTls({ certFile: flags.tlsCertFile, keyFile: flags.tlsPrivateKeyFile }) : undefined;
    return startScheduler(
      {
        api: { ...access, grpcServer: flags.grpcServer ?? access.grpcServer },
        health: { host: flags.bindAddress, port: Number(flags.securePort), tls },
        leaderElect: String(flags.leaderElect) !== 'false',
        schedulerName: 'default-scheduler',
      },
      {
        logger,
        clock,
        onLost: (error) => {
          logger.fatal({ error }, 'leader election lost');
          process.exit(1);
        },
      },
    );
  },
});
