/** What the proxy is started with. */
export interface ProxyConfig {
  nodeName: string;
  /** Empty: the InternalIP of the Node object. */
  nodeIP: string;
  /** Pods' addresses; empty when not known. */
  clusterCidr: string;
  serviceCidr: string;
  /** CIDRs whose local addresses answer on node ports, or `primary`: the node's own address alone. */
  nodePortAddresses: readonly string[];
  /** `host:port`; empty: not served. */
  healthzBindAddress: string;
  metricsBindAddress: string;
  /** At least this long between two transactions. */
  minSyncPeriodMs: number;
  /** Everything is compared with the kernel this often. */
  syncPeriodMs: number;
}

export const defaultConfig: ProxyConfig = {
  nodeName: '',
  nodeIP: '',
  clusterCidr: '',
  serviceCidr: '10.96.0.0/16',
  nodePortAddresses: ['primary'],
  healthzBindAddress: '0.0.0.0:10256',
  metricsBindAddress: '127.0.0.1:10249',
  minSyncPeriodMs: 20,
  syncPeriodMs: 30_000,
};
