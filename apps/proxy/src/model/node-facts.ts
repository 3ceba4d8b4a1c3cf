/** What the rules depend on besides Services and endpoints. Constant while the proxy runs. */
export interface NodeFacts {
  nodeName: string;
  nodeIP: string;
  /** All pods' addresses; empty when not known: then nothing counts as off-cluster. */
  clusterCidr: string;
  /** All Services' addresses. */
  serviceCidr: string;
  /** Addresses that answer on node ports. */
  nodePortAddresses: readonly string[];
  /** Do packets between two pods of one bridge pass the rules? Without, answers would bypass the address translation. */
  bridgeNetfilter: boolean;
}
