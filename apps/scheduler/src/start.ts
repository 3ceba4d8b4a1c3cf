import type { ApiClient } from '@typernetes/client';
import { EventRecorder, InformerFactory, createGrpcClient, runLeaderElected } from '@typernetes/client';
import type { ApiServerAccess, Logger, Running, TlsMaterial } from '@typernetes/component';
import { createMetricsRegistry, startHealthServer } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { randomSuffix, systemRandom } from '@typernetes/machinery';
import { hostname } from 'node:os';
import { ClusterCache } from './cache/cluster-cache';
import { Nominator } from './cache/nominator';
import { followCluster } from './follow-cluster';
import { SchedulerMetrics } from './metrics';
import { defaultPlugins } from './plugins';
import { volumeChanged } from './queue/event-hints';
import { SchedulingQueue } from './queue/scheduling-queue';
import { Scheduler } from './scheduler';
import { volumeBinding } from './volumes/volume-binding';
import { VolumeCache } from './volumes/volume-cache';

export interface SchedulerConfig {
  /** The API by gRPC, or a client that is there already: one that shares this process. It is closed with the scheduler. */
  api: ApiServerAccess | ApiClient;
  /** Where /healthz and /metrics are served; absent: nowhere. */
  health?: { host: string; port: number; tls?: TlsMaterial };
  leaderElect: boolean;
  schedulerName: string;
}

/** Starts kube-scheduler. The caches fill at once; decisions begin with the leadership. */
export async function startScheduler(config: SchedulerConfig, context: { logger: Logger; clock: Clock; onLost(error: unknown): void }): Promise<Running> {
  const { logger, clock } = context;
  const random = systemRandom;
  const registry = createMetricsRegistry();
  const client = 'resource' in config.api ? config.api : createGrpcClient({ access: config.api, userAgent: 'kube-scheduler', clock });
  const informers = new InformerFactory({ client, clock, random, logger });
  const cache = new ClusterCache();
  const nominator = new Nominator();
  const queue = new SchedulingQueue();
  const events = new EventRecorder({ client, clock, logger, component: config.schedulerName });
  const metrics = new SchedulerMetrics(registry);
  const volumes = new VolumeCache(informers);
  const plugins = [...defaultPlugins, volumeBinding({ volumes, client, clock })];
  const scheduler = new Scheduler({ client, events, cache, nominator, queue, plugins, metrics, clock, random, logger });
  followCluster({ informers, cache, nominator, queue, plugins, schedulerName: config.schedulerName, clock, wake: scheduler.wake });
  volumes.onChange(() => {
    queue.moveOnEvent(volumeChanged, clock.monotonic());
    scheduler.wake();
  });
  const ended = new AbortController();
  informers.start(ended.signal);
  const health = config.health && (await startHealthServer({ ...config.health, registry }));
  const lead = async (signal: AbortSignal): Promise<void> => {
    await informers.whenSynced(signal);
    scheduler.start(signal);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  const identity = `${hostname()}_${randomSuffix(random, 10)}`;
  const election = { client, clock, random, logger, name: 'kube-scheduler', namespace: 'kube-system', identity };
  const leading = (config.leaderElect ? runLeaderElected(election, lead, ended.signal) : lead(ended.signal)).catch((error: unknown) => {
    if (!ended.signal.aborted) context.onLost(error);
  });
  return {
    stop: async () => {
      ended.abort();
      await leading;
      await events.flush();
      await health?.stop();
      client.close();
    },
  };
}
