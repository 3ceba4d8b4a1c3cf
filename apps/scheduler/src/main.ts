import { readFileSync } from 'node:fs';
import { EnvironmentError, loadKubeconfig, loadTls, runMain } from '@typernetes/component';
import { defaultConfiguration, type SchedulerConfiguration } from './config/configuration';
import { readConfiguration } from './config/read-configuration';
import { startScheduler } from './start';

interface Flags {
  config?: string;
  kubeconfig?: string;
  grpcServer?: string;
  bindAddress: string;
  securePort: string;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  leaderElect?: string | boolean;
}

/** @throws EnvironmentError that says what is wrong with the file */
function loadConfiguration(file: string): SchedulerConfiguration {
  try {
    return readConfiguration(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new EnvironmentError(`--config ${file}: ${error instanceof Error ? error.message : String(error)}`, 1, { cause: error });
  }
}

void runMain<Flags>({
  name: 'kube-scheduler',
  description: 'Assigns pods to nodes.',
  flags: (command) =>
    command
      .option('--config <file>', 'a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1)')
      .option('--kubeconfig <file>', "how to reach the apiserver, and as whom; else the configuration's clientConnection says")
      .option('--grpc-server <host:port>', "the apiserver's gRPC door, when it is not port 6444 of the kubeconfig's server")
      .option('--bind-address <ip>', 'address to serve health and metrics on', '0.0.0.0')
      .option('--secure-port <port>', 'port to serve health and metrics on', '10259')
      .option('--tls-cert-file <file>', 'serving certificate; without one, plain HTTP is served')
      .option('--tls-private-key-file <file>', 'its key')
      .option('--leader-elect [bool]', "take turns with other replicas; else the configuration's leaderElection says"),
  start: (flags, { logger, clock }) => {
    const configuration = flags.config ? loadConfiguration(flags.config) : defaultConfiguration;
    const kubeconfig = flags.kubeconfig ?? configuration.kubeconfig;
    if (!kubeconfig) throw new EnvironmentError('neither --kubeconfig nor clientConnection.kubeconfig of --config says how to reach the apiserver', 2);
    const access = loadKubeconfig(kubeconfig);
    const tls = flags.tlsCertFile ? loadTls({ certFile: flags.tlsCertFile, keyFile: flags.tlsPrivateKeyFile }) : undefined;
    return startScheduler(
      {
        api: { ...access, grpcServer: flags.grpcServer ?? access.grpcServer },
        health: { host: flags.bindAddress, port: Number(flags.securePort), tls },
        leaderElect: flags.leaderElect === undefined ? configuration.leaderElection.leaderElect : String(flags.leaderElect) !== 'false',
        configuration,
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
