import type { StartOptions, TestCluster } from './types';

export type * from './types';

/**
 * Starts a whole Kubernetes in this process: apiserver, scheduler, controllers and simulated nodes, in memory, on a
 * free port of 127.0.0.1. Nodes are Ready, CRDs Established, manifests applied when it resolves.
 *
 * A stopped cluster stays warm for a second: the next `startCluster` with the same options gets it, reset, within
 * milliseconds. So each test may have a cluster of its own.
 */
export declare function startCluster(options?: StartOptions): Promise<TestCluster>;
