import type { ReplicationController, Service } from '@typernetes/api';
import type { NodeInfo } from './node-info';
import type { PodInfo } from './pod-info';

/**
 * The cluster as the plugins see it for one decision. A decision is made in one go, without waiting, so this is a view
 * of the living cache and no copy.
 */
export interface Snapshot {
  /** Nodes that exist, in a stable order. */
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** Pods with a node in one namespace, with the node's name. */
  placedPods(namespace: string): Iterable<{ info: PodInfo; nodeName: string }>;
  services(namespace: string): Iterable<Service>;
  replicationControllers(namespace: string): Iterable<ReplicationController>;
}
