import type { Command } from 'commander';
import { runMain } from '@typernetes/component';
import { defaultConfig } from './config';
import { startCriDocker } from './start';

interface Flags {
  listen: string;
  dockerHost: string;
  podInfraContainerImage: string;
  cniBinDir: string;
  cniConfDir: string;
  networkPluginMtu: string;
  rootDir: string;
}

function flags(command: Command): void {
  command
    .option('--listen <path>', 'unix socket to serve CRI on', defaultConfig.listen)
    .option('--docker-host <url>', "Docker Engine's address", process.env['DOCKER_HOST'] ?? defaultConfig.dockerHost)
    .option('--pod-infra-container-image <image>', "image of the container that holds a pod's namespaces", defaultConfig.podInfraContainerImage)
    .option('--cni-bin-dir <dirs>', 'directories of CNI plugins, by comma', defaultConfig.cniBinDirs.join(','))
    .option('--cni-conf-dir <dir>', 'directory of the CNI configuration', defaultConfig.cniConfDir)
    .option('--network-plugin-mtu <bytes>', 'MTU of pod interfaces, 0 for the default', String(defaultConfig.networkPluginMtu))
    .option('--root-dir <dir>', 'directory of own state', defaultConfig.rootDir);
}

void runMain<Flags>({
  name: 'cri-docker',
  description: 'The Container Runtime Interface on Docker Engine, with CNI for the network.',
  flags,
  start: (given, { logger, clock }) =>
    startCriDocker(
      {
        listen: given.listen.replace(/^unix:\/\//, ''),
        dockerHost: given.dockerHost,
        podInfraContainerImage: given.podInfraContainerImage,
        cniBinDirs: given.cniBinDir.split(','),
        cniConfDir: given.cniConfDir,
        networkPluginMtu: Number(given.networkPluginMtu),
        rootDir: given.rootDir,
      },
      logger,
      clock,
    ),
});
