import type { Taint } from '@typernetes/api';
import type { Thresholds } from './eviction/thresholds';
import { defaultThresholds } from './eviction/thresholds';
import { backOffMsMax } from './limits';

/** What the kubelet is started with; flags in main.ts. */
export interface KubeletConfig {
  /** Name of the Node. */
  nodeName: string;
  /** InternalIP; empty: the address of the default route's interface. */
  nodeIP: string;
  /** `unix:///run/cri-docker.sock` */
  containerRuntimeEndpoint: string;
  clusterDns: string[];
  clusterDomain: string;
  /** State of pods: volumes, hosts files, termination messages. */
  rootDir: string;
  /** Logs of containers: `<dir>/<namespace>_<pod>_<uid>/<container>/<n>.log`. */
  podLogsDir: string;
  registerWithTaints: Taint[];
  nodeLabels: Record<string, string>;
  maxPods: number;
  /** Server certificate of port 10250; without it the server is off. */
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  clientCaFile?: string;
  address: string;
  port: number;
  /** 0: off. */
  healthzPort: number;
  resolvConf: string;
  containerLogMaxBytes: number;
  containerLogMaxFiles: number;
  imageGcHighThresholdPercent: number;
  imageGcLowThresholdPercent: number;
  /** Kept out of allocatable. */
  systemReserved: Record<string, string>;
  /** Below these the node ends pods (upstream's --eviction-hard). */
  evictionHard: Thresholds;
  /** A condition of pressure stays at least this long. */
  evictionPressureTransitionMs: number;
  /** Directory of manifests of pods that run without the API; empty: none. */
  staticPodPath: string;
  /** Names, or beginnings with `*`, of kernel parameters that pods may set beyond the safe ones. */
  allowedUnsafeSysctls: string[];
  /** The longest pause before a container that fails is started again (upstream's crashLoopBackOff.maxContainerRestartPeriod). */
  maxContainerRestartPeriodMs: number;
}

export const defaultConfig: Omit<KubeletConfig, 'nodeName'> = {
  nodeIP: '',
  containerRuntimeEndpoint: 'unix:///run/cri-docker.sock',
  clusterDns: [],
  clusterDomain: 'cluster.local',
  rootDir: '/var/lib/kubelet',
  podLogsDir: '/var/log/pods',
  registerWithTaints: [],
  nodeLabels: {},
  maxPods: 110,
  address: '0.0.0.0',
  port: 10250,
  healthzPort: 10248,
  resolvConf: '/etc/resolv.conf',
  containerLogMaxBytes: 10 << 20,
  containerLogMaxFiles: 5,
  imageGcHighThresholdPercent: 85,
  imageGcLowThresholdPercent: 80,
  systemReserved: {},
  evictionHard: defaultThresholds,
  evictionPressureTransitionMs: 5 * 60_000,
  staticPodPath: '',
  allowedUnsafeSysctls: [],
  maxContainerRestartPeriodMs: backOffMsMax,
};
