/** All pods of simulated nodes; nobody sends anything there. */
export const clusterCidr = '10.244.0.0/16';

const clusterBits = 16;
/** As of real nodes, while there are enough of them. */
const maskSizeMin = 24;
/** 14 addresses, of which a node's pods get 13. */
const maskSizeMax = 28;
/** The kubelet's own limit. */
const podsMax = 110;

/** So many simulated nodes get a range of their own. */
export const nodesMax = 2 ** (maskSizeMax - clusterBits);

export interface PodRanges {
  /** Of each node's range. */
  readonly maskSize: number;
  /** What a node says it can run: as many as it has addresses for. */
  readonly maxPods: number;
}

/** How the cluster's range is divided among so many nodes: into /24 for up to 256, into smaller ones for more. */
export function podRangesFor(nodes: number): PodRanges {
  const maskSize = Math.min(maskSizeMax, Math.max(maskSizeMin, clusterBits + Math.ceil(Math.log2(Math.max(nodes, 1)))));
  // The network, the bridge and the broadcast address are nobody's.
  return { maskSize, maxPods: Math.min(podsMax, 2 ** (32 - maskSize) - 3) };
}
