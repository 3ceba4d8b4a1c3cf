import type { LabelSelector } from '@typernetes/machinery';
import type { OwnerReference, Service } from '@typernetes/api';
import type { DomainCounter } from '../cache/domain-counter';
import type { TermHolders } from '../cache/pod-index';
import type { AffinityTerms, PodQuery } from './affinity-term';
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
  /** Domain to the number of its nodes. */
  nodesByDomain(topologyKey: string): ReadonlyMap<string, number>;
  /** Pods with a node that match all `queries`, counted by node and domain; without those on their way out if so wished. */
  matching(queries: readonly PodQuery[], countsTerminating?: boolean): DomainCounter;
  /** Terms of affinity that pods with a node declare. */
  terms(kind: keyof AffinityTerms): Iterable<TermHolders>;
  nodesWithImage(image: string): number;
  /** How many placed pods use a claim. */
  claimUsers(key: string): number;
  namespaceLabels(namespace: string): Readonly<Record<string, string>>;
  services(namespace: string): Iterable<Service>;
  /** Which pods a ReplicaSet, StatefulSet or ReplicationController holds together; undefined for what is no such owner, or not there. */
  ownerSelector(namespace: string, owner: OwnerReference): LabelSelector | undefined;
}

export interface PlacedPod {
  readonly info: PodInfo;
  readonly nodeName: string;
  /** Placed by us, not yet seen bound in the API. */
  readonly assumed: boolean;
}

/** A snapshot to ask "what if": who changes it puts it back before anything else runs. */
export interface Supposable extends Snapshot {
  /** Takes a pod off its node. */
  lift(uid: string): PlacedPod | undefined;
  putBack(placed: PlacedPod): void;
}
