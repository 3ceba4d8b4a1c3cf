/** What cri-docker is started with; flags in main.ts. */
export interface CriDockerConfig {
  /** Path of the unix socket that serves CRI. */
  listen: string;
  /** `unix:///var/run/docker.sock`. */
  dockerHost: string;
  podInfraContainerImage: string;
  cniBinDirs: string[];
  cniConfDir: string;
  /** 0: the plugin's default. */
  networkPluginMtu: number;
  /** State that is not Docker's: files of sandboxes, results of CNI. */
  rootDir: string;
}

export const defaultConfig: CriDockerConfig = {
  listen: '/run/cri-docker.sock',
  dockerHost: 'unix:///var/run/docker.sock',
  podInfraContainerImage: 'registry.k8s.io/pause:3.10',
  cniBinDirs: ['/opt/cni/bin', '/usr/lib/cni'],
  cniConfDir: '/etc/cni/net.d',
  networkPluginMtu: 0,
  rootDir: '/var/lib/cri-docker',
};
