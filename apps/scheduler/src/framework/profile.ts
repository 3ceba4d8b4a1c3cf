import type { PluginArgs } from '../config/plugin-args';
import type { SchedulerPlugin } from './plugin';

export interface WeightedScorer {
  readonly plugin: SchedulerPlugin;
  /** How much its score counts. */
  readonly weight: number;
}

/** How pods of one schedulerName are placed: which plugins run where, in order. */
export interface Profile {
  readonly schedulerName: string;
  readonly preEnqueue: readonly SchedulerPlugin[];
  readonly filters: readonly SchedulerPlugin[];
  readonly scorers: readonly WeightedScorer[];
  readonly preBinders: readonly SchedulerPlugin[];
  /** Those that may help themselves; preemption comes after them. */
  readonly postFilters: readonly SchedulerPlugin[];
  /** Undefined: nobody is evicted for its pods. */
  readonly preemption: PluginArgs['DefaultPreemption'] | undefined;
  /** 0: fewer as the cluster grows. */
  readonly percentageOfNodesToScore: number;
}
