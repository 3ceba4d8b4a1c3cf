import { systemClock, type Cancel } from '@typernetes/machinery';
import { Cluster } from './cluster';
import type { StartOptions, TestCluster } from './types';

/** So long a stopped cluster waits for somebody who wants the same one. */
const warmMs = 1_000;

interface Warm {
  readonly cluster: Cluster;
  readonly cancelEnd: Cancel;
}

/** Stopped clusters by their options. */
const warm = new Map<string, Warm>();

/**
 * Starts a whole Kubernetes in this process: apiserver, scheduler, controllers and simulated nodes, in memory, on a
 * free port of 127.0.0.1. Nodes are Ready, CRDs Established, manifests applied when it resolves.
 *
 * A stopped cluster stays warm for a second: the next `startCluster` with the same options gets it, reset, within
 * milliseconds. So each test may have a cluster of its own.
 */
export async function startCluster(options: StartOptions = {}): Promise<TestCluster> {
  const key = JSON.stringify(options);
  const isShared = !options.dataDir && !options.log;
  const ready = isShared ? warm.get(key) : undefined;
  if (!ready) return handle(await Cluster.start(options), isShared ? key : undefined);
  ready.cancelEnd();
  warm.delete(key);
  await ready.cluster.reset();
  return handle(ready.cluster, key);
}

/** The cluster as one caller sees it: stopping keeps it warm when it may be shared. */
function handle(cluster: Cluster, key: string | undefined): TestCluster {
  let stopping: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    if (key === undefined || warm.has(key)) return cluster.stop();
    const end = (): void => {
      warm.delete(key);
      void cluster.stop();
    };
    warm.set(key, { cluster, cancelEnd: systemClock.after(warmMs, end) });
  };
  return Object.create(cluster, { stop: { value: () => (stopping ??= release()) } }) as TestCluster;
}
