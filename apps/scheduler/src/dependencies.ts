import type { Pod } from '@typernetes/api';
import type { ApiClient, EventRecorder } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { ClusterCache } from './cache/cluster-cache';
import type { Nominator } from './cache/nominator';
import type { Extender } from './extenders/extender';
import type { Profile } from './framework/profile';
import type { SchedulerMetrics } from './metrics';
import type { SchedulingQueue } from './queue/scheduling-queue';

/** What the scheduler is made of. */
export interface SchedulerDependencies {
  client: ApiClient;
  /** Events are recorded in the name of the pod's profile. */
  recorderOf(pod: Pod): EventRecorder;
  cache: ClusterCache;
  nominator: Nominator;
  queue: SchedulingQueue;
  /** By schedulerName. */
  profiles: ReadonlyMap<string, Profile>;
  extenders: readonly Extender[];
  metrics: SchedulerMetrics;
  clock: Clock;
  random: Random;
  logger: Logger;
}
