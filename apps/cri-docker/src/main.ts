import { Command } from 'commander';
import { pino } from 'pino';
import { defaultConfig } from './config';
import { startCriDocker } from './start';

const program = new Command('cri-docker')
  .description('The Container Runtime Interface on Docker Engine, with CNI for the network.')
  .option('--listen <path>', 'unix socket to serve CRI on', defaultConfig.listen)
  .option('--docker-host <url>', "Docker Engine's address", process.env.DOCKER_HOST ?? defaultConfig.dockerHost)
  .option('--pod-infra-container-image <image>', "image of the container that holds a pod's namespaces", defaultConfig.podInfraContainerImage)
  .option('--cni-bin-dir <dirs>', 'directories of CNI plugins, by comma', defaultConfig.cniBinDirs.join(','))
  .option('--cni-conf-dir <dir>', 'directory of the CNI configuration', defaultConfig.cniConfDir)
  .option('--network-plugin-mtu <bytes>', 'MTU of pod interfaces, 0 for the default', String(defaultConfig.networkPluginMtu))
  .option('--root-dir <dir>', 'directory of own state', defaultConfig.rootDir)
  .option('--log-level <level>', 'debug, info, warn or error', 'info');

interface Flags {
  listen: string;
  dockerHost: string;
  podInfraContainerImage: string;
  cniBinDir: string;
  cniConfDir: string;
  networkPluginMtu: string;
  rootDir: string;
  logLevel: string;
}

async function main(): Promise<void> {
  const flags = program.parse().opts<Flags>();
  const logger = pino({ level: flags.logLevel, base: { component: 'cri-docker' } });
  const running = await startCriDocker(
    {
      listen: flags.listen,
      dockerHost: flags.dockerHost,
      podInfraContainerImage: flags.podInfraContainerImage,
      cniBinDirs: flags.cniBinDir.split(','),
      cniConfDir: flags.cniConfDir,
      networkPluginMtu: Number(flags.networkPluginMtu),
      rootDir: flags.rootDir,
    },
    logger,
  );
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping');
    void running.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  pino({ base: { component: 'cri-docker' } }).fatal({ err: error }, 'cri-docker could not start');
  process.exitCode = 1;
});
