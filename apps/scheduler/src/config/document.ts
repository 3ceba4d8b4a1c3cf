import { extensionPoints, type ExtensionPoint } from './extension-points';
import type { Read } from './read-fields';
import { anything, decimal, durationMs, fields, flag, integer, listOf, text } from './read-fields';

const pluginSet = fields({ enabled: listOf(fields({ name: text, weight: integer })), disabled: listOf(fields({ name: text })) });

type PluginSetRead = typeof pluginSet;

const points = Object.fromEntries([...extensionPoints, 'multiPoint'].map((point) => [point, pluginSet])) as Record<ExtensionPoint | 'multiPoint', PluginSetRead>;

const extender = fields({
  urlPrefix: text,
  filterVerb: text,
  preemptVerb: text,
  prioritizeVerb: text,
  bindVerb: text,
  weight: integer,
  enableHTTPS: flag,
  tlsConfig: fields({ insecure: flag, serverName: text, certFile: text, keyFile: text, caFile: text, certData: text, keyData: text, caData: text }),
  httpTimeout: durationMs,
  nodeCacheCapable: flag,
  managedResources: listOf(fields({ name: text, ignoredByScheduler: flag })),
  ignorable: flag,
});

/** The fields of KubeSchedulerConfiguration, kubescheduler.config.k8s.io/v1. */
export const readDocument = fields({
  apiVersion: text,
  kind: text,
  parallelism: integer,
  leaderElection: fields({
    leaderElect: flag,
    leaseDuration: durationMs,
    renewDeadline: durationMs,
    retryPeriod: durationMs,
    resourceLock: text,
    resourceName: text,
    resourceNamespace: text,
  }),
  clientConnection: fields({ kubeconfig: text, acceptContentTypes: text, contentType: text, qps: decimal, burst: integer }),
  enableProfiling: flag,
  enableContentionProfiling: flag,
  percentageOfNodesToScore: integer,
  podInitialBackoffSeconds: integer,
  podMaxBackoffSeconds: integer,
  profiles: listOf(
    fields({
      schedulerName: text,
      percentageOfNodesToScore: integer,
      plugins: fields(points),
      pluginConfig: listOf(fields({ name: text, args: anything })),
    }),
  ),
  extenders: listOf(extender),
  delayCacheUntilActive: flag,
});

/** A configuration as written: everything may be absent. */
export type ReaderShape = typeof readDocument extends Read<infer T> ? T : never;
