import type { PluginArgs } from './plugin-args';
import { defaultPluginArgs } from './plugin-args';
import type { PluginSets, PluginsByPoint } from './plugin-sets';
import { pluginsByPoint } from './plugin-sets';

/** How pods of one schedulerName are placed. */
export interface ProfileConfiguration {
  readonly schedulerName: string;
  readonly plugins: PluginsByPoint;
  readonly args: PluginArgs;
  /** 0: fewer as the cluster grows. */
  readonly percentageOfNodesToScore: number;
}

/** Certificates or a key, written out or in a file. */
export type Pem = { readonly data: string } | { readonly file: string };

/** A service that takes part in decisions, over HTTP. */
export interface ExtenderConfiguration {
  readonly urlPrefix: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly bindVerb?: string;
  /** Of its scores. */
  readonly weight: number;
  readonly tls?: { readonly insecure: boolean; readonly serverName?: string; readonly ca?: Pem; readonly cert?: Pem; readonly key?: Pem };
  readonly httpTimeoutMs: number;
  /** It remembers the nodes: names are enough. */
  readonly nodeCacheCapable: boolean;
  /** Empty: it is asked for every pod. */
  readonly managedResources: readonly { readonly name: string; readonly ignoredByScheduler: boolean }[];
  /** When it can't be reached, pods are placed without it. */
  readonly ignorable: boolean;
}

export interface LeaderElectionConfiguration {
  readonly leaderElect: boolean;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
  readonly resourceName: string;
  readonly resourceNamespace: string;
}

/** KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), defaults filled in. */
export interface SchedulerConfiguration {
  readonly parallelism: number;
  readonly leaderElection: LeaderElectionConfiguration;
  /** Of clientConnection; the flag comes first. */
  readonly kubeconfig: string | undefined;
  readonly podInitialBackoffMs: number;
  readonly podMaxBackoffMs: number;
  readonly profiles: readonly ProfileConfiguration[];
  readonly extenders: readonly ExtenderConfiguration[];
}

export function defaultProfileConfiguration(schedulerName = 'default-scheduler', sets: PluginSets = {}): ProfileConfiguration {
  return { schedulerName, plugins: pluginsByPoint(sets), args: defaultPluginArgs, percentageOfNodesToScore: 0 };
}

export const defaultLeaderElection: LeaderElectionConfiguration = {
  leaderElect: true,
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
  resourceName: 'kube-scheduler',
  resourceNamespace: 'kube-system',
};

export const defaultConfiguration: SchedulerConfiguration = {
  parallelism: 16,
  leaderElection: defaultLeaderElection,
  kubeconfig: undefined,
  podInitialBackoffMs: 1_000,
  podMaxBackoffMs: 10_000,
  profiles: [defaultProfileConfiguration()],
  extenders: [],
};
