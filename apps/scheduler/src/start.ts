import type { Pod } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { EventRecorder, InformerFactory, createGrpcClient, runLeaderElected } from '@typernetes/client';
import type { ApiServerAccess, Logger, Running, TlsMaterial } from '@typernetes/component';
import { createMetricsRegistry, Registry, startHealthServer } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { randomSuffix, systemRandom } from '@typernetes/machinery';
import { hostname } from 'node:os';
import { defaultConfiguration, type SchedulerConfiguration } from './config/configuration';
import { ClusterCache } from './cache/cluster-cache';
import { Nominator } from './cache/nominator';
import { DeviceCache } from './devices/device-cache';
import { dynamicResources } from './devices/dynamic-resources';
import { extenderCaller } from './extenders/call-extender';
import { Extender } from './extenders/extender';
import { followCluster } from './follow-cluster';
import { SchedulerMetrics } from './metrics';
import { buildProfile, type VolumePlugins } from './plugins/build-profile';
import { hintBook } from './queue/hint-book';
import { SchedulingQueue } from './queue/scheduling-queue';
import { Scheduler, schedulerNameOf } from './scheduler';
import { volumeBinding } from './volumes/volume-binding';
import { nodeVolumeLimits } from './volumes/node-volume-limits';
import { VolumeCache } from './volumes/volume-cache';
import { volumeRestrictions } from './volumes/volume-restrictions';
import { volumeZone } from './volumes/volume-zone';

export interface SchedulerConfig {
  /** The API by gRPC, or a client that is there already: one that shares this process. It is closed with the scheduler. */
  api: ApiServerAccess | ApiClient;
  /** Where /healthz and /metrics are served; absent: nowhere. */
  health?: { host: string; port: number; tls?: TlsMaterial };
  leaderElect: boolean;
  /** Profiles, pauses and more; absent: kube-scheduler's defaults. */
  configuration?: SchedulerConfiguration;
}

export interface RunningScheduler extends Running {
  /** Undefined when health and metrics are served nowhere. */
  readonly healthPort: number | undefined;
}

/** Starts kube-scheduler. The caches fill at once; decisions begin with the leadership. */
export async function startScheduler(config: SchedulerConfig, context: { logger: Logger; clock: Clock; onLost(error: unknown): void }): Promise<RunningScheduler> {
  const { logger, clock } = context;
  const random = systemRandom;
  // Without a door nobody asks for the process's own figures, which cost something to follow.
  const registry = config.health ? createMetricsRegistry() : new Registry();
  const client = 'resource' in config.api ? config.api : createGrpcClient({ access: config.api, userAgent: 'kube-scheduler', clock });
  const informers = new InformerFactory({ client, clock, random, logger });
  const cache = new ClusterCache();
  const nominator = new Nominator();
  const configuration = config.configuration ?? defaultConfiguration;
  const recorders = new Map(configuration.profiles.map(({ schedulerName: component }) => [component, new EventRecorder({ client, clock, logger, component })]));
  const volumes = new VolumeCache(informers);
  const devices = new DeviceCache(informers);
  const volumePlugins: VolumePlugins = (args) => [
    volumeRestrictions(volumes),
    nodeVolumeLimits(volumes),
    volumeZone(volumes),
    volumeBinding({ volumes, client, clock, bindTimeoutMs: args.VolumeBinding.bindTimeoutSeconds * 1_000 }),
    dynamicResources({ devices, client }),
  ];
  const profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, buildProfile(profile, volumePlugins)]));
  const metrics = new SchedulerMetrics(registry, [...profiles.keys()]);
  const hints = hintBook([...profiles.values()].map(({ filters }) => filters), ({ pod }) => profiles.get(schedulerNameOf(pod))?.filters ?? []);
  const queue = new SchedulingQueue({ hints, backoff: { initialMs: configuration.podInitialBackoffMs, maxMs: configuration.podMaxBackoffMs }, entered: metrics.entered });
  const recorderOf = (pod: Pod): EventRecorder => {
    const recorder = recorders.get(schedulerNameOf(pod));
    if (!recorder) throw new Error(`no profile ${JSON.stringify(schedulerNameOf(pod))}`);
    return recorder;
  };
  metrics.state = () => ({
    queue: queue.lengths,
    rejecting: queue.rejecting,
    cache: { nodes: cache.nodes.length, pods: cache.podCount, assumed_pods: cache.assumedCount },
  });
  const callers = configuration.extenders.map((extender) => ({ extender, ...extenderCaller(extender) }));
  const extenders = callers.map(({ extender, call }) => new Extender(extender, call));
  const scheduler = new Scheduler({ client, recorderOf, cache, nominator, queue, profiles, extenders, metrics, clock, random, logger });
  followCluster({ informers, cache, nominator, queue, profiles, clock, wake: scheduler.wake });
  for (const source of [volumes, devices]) {
    source.onChange((event) => {
      queue.moveOnEvent(event, clock.monotonic());
      scheduler.wake();
    });
  }
  const ended = new AbortController();
  informers.start(ended.signal);
  const health = config.health && (await startHealthServer({ ...config.health, registry }));
  const lead = async (signal: AbortSignal): Promise<void> => {
    await informers.whenSynced(signal);
    scheduler.start(signal);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  const identity = `${hostname()}_${randomSuffix(random, 10)}`;
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs, resourceName: name, resourceNamespace: namespace } = configuration.leaderElection;
  const election = { client, clock, random, logger, registry, name, namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs };
  const leading = (config.leaderElect ? runLeaderElected(election, lead, ended.signal) : lead(ended.signal)).catch((error: unknown) => {
    if (!ended.signal.aborted) context.onLost(error);
  });
  return {
    healthPort: health?.port,
    stop: async () => {
      ended.abort();
      await leading;
      for (const recorder of recorders.values()) await recorder.flush();
      await health?.stop();
      for (const caller of callers) caller.close();
      client.close();
    },
  };
}
