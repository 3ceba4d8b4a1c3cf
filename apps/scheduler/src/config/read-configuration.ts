import { parseDocument } from 'yaml';
import type { ReaderShape } from './document';
import { readDocument } from './document';
import type { ExtenderConfiguration, LeaderElectionConfiguration, Pem, ProfileConfiguration, SchedulerConfiguration } from './configuration';
import { defaultConfiguration, defaultLeaderElection } from './configuration';
import type { Place } from './read-fields';
import { argsReader, completeArgs, isPluginWithArgs, type PluginArgs, type WrittenArgs } from './plugin-args';
import { pluginsByPoint, type PluginSets } from './plugin-sets';
import { validateConfiguration } from './validate-configuration';

const apiVersion = 'kubescheduler.config.k8s.io/v1';
const kind = 'KubeSchedulerConfiguration';

/** What a configuration file says that can't be. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
    this.name = 'ConfigurationError';
  }
}

/** Reads a KubeSchedulerConfiguration, YAML or JSON, strictly. @throws ConfigurationError that names all that is wrong */
export function readConfiguration(source: string): SchedulerConfiguration {
  const document = parseDocument(source);
  if (document.errors.length) throw new ConfigurationError(document.errors.map(({ message }) => message.split('\n')[0] ?? message));
  const value: unknown = document.toJS();
  const head = (typeof value === 'object' && value !== null ? value : {}) as { apiVersion?: unknown; kind?: unknown };
  if (head.apiVersion !== apiVersion || head.kind !== kind) {
    throw new ConfigurationError([`no kind ${JSON.stringify(head.kind ?? '')} is registered for version ${JSON.stringify(head.apiVersion ?? '')}: expected ${kind} of ${apiVersion}`]);
  }
  const problems: string[] = [];
  const written = readDocument(value, { path: '', problems }) ?? {};
  const args = (written.profiles ?? []).map((profile, index) => readArgs(profile, { path: `profiles[${index}].pluginConfig`, problems }));
  if (problems.length) throw new ConfigurationError(problems.map((problem) => (problem.startsWith('unknown field') ? `strict decoding error: ${problem}` : problem)));
  const configuration = complete(written, args);
  const invalid = validateConfiguration(configuration, written, args);
  if (invalid.length) throw new ConfigurationError(invalid);
  return configuration;
}

/** Which arguments are read how depends on the name beside them. */
function readArgs({ pluginConfig = [] }: { pluginConfig?: { name?: string; args?: unknown }[] }, { path, problems }: Place): WrittenArgs {
  const result: WrittenArgs = {};
  pluginConfig.forEach(({ name = '', args }, index) => {
    if (!isPluginWithArgs(name)) problems.push(`${path}[${index}].name: Invalid value: ${JSON.stringify(name)}: no plugin of this name takes arguments`);
    else Object.assign(result, { [name]: argsReader(name)(args, { path: `${path}[${index}].args`, problems }) ?? {} });
  });
  return result;
}

function complete(written: ReaderShape, args: readonly WrittenArgs[]): SchedulerConfiguration {
  const seconds = (value: number | undefined, otherwise: number): number => (value === undefined ? otherwise : value * 1_000);
  return {
    parallelism: written.parallelism ?? defaultConfiguration.parallelism,
    leaderElection: leaderElection(written),
    kubeconfig: written.clientConnection?.kubeconfig || undefined,
    podInitialBackoffMs: seconds(written.podInitialBackoffSeconds, defaultConfiguration.podInitialBackoffMs),
    podMaxBackoffMs: seconds(written.podMaxBackoffSeconds, defaultConfiguration.podMaxBackoffMs),
    profiles: written.profiles?.length ? written.profiles.map((_, index) => profileOf(written, index, args[index] ?? {})) : [profileOf({ ...written, profiles: [{}] }, 0, {})],
    extenders: (written.extenders ?? []).map(extender),
  };
}

function leaderElection({ leaderElection: written = {} }: ReaderShape): LeaderElectionConfiguration {
  const { leaseDuration, renewDeadline, retryPeriod, resourceName, resourceNamespace, leaderElect } = written;
  return {
    leaderElect: leaderElect ?? true,
    leaseDurationMs: leaseDuration ?? defaultLeaderElection.leaseDurationMs,
    renewDeadlineMs: renewDeadline ?? defaultLeaderElection.renewDeadlineMs,
    retryPeriodMs: retryPeriod ?? defaultLeaderElection.retryPeriodMs,
    resourceName: resourceName || defaultLeaderElection.resourceName,
    resourceNamespace: resourceNamespace || defaultLeaderElection.resourceNamespace,
  };
}

/** A profile's own percentage comes before that of all; the only profile may do without a name. */
function profileOf(written: ReaderShape, index: number, args: WrittenArgs): ProfileConfiguration {
  const profiles = written.profiles ?? [];
  const { schedulerName, plugins, percentageOfNodesToScore } = profiles[index] ?? {};
  return {
    schedulerName: schedulerName ?? (profiles.length === 1 ? 'default-scheduler' : ''),
    plugins: pluginsByPoint((plugins ?? {}) as PluginSets),
    args: withIgnored(completeArgs(args), written),
    percentageOfNodesToScore: percentageOfNodesToScore ?? written.percentageOfNodesToScore ?? 0,
  };
}

/** What an extender looks after alone, NodeResourcesFit does not look for. */
function withIgnored(args: PluginArgs, { extenders = [] }: ReaderShape): PluginArgs {
  const managed = extenders.flatMap(({ managedResources = [] }) => managedResources).flatMap(({ name, ignoredByScheduler }) => (name && ignoredByScheduler ? [name] : []));
  if (!managed.length) return args;
  return { ...args, NodeResourcesFit: { ...args.NodeResourcesFit, ignoredResources: [...args.NodeResourcesFit.ignoredResources, ...managed] } };
}

const httpTimeoutMsDefault = 5_000;

/** Data comes before a file, as in kubeconfigs. */
function pem(data: string | undefined, file: string | undefined): Pem | undefined {
  if (data) return { data: Buffer.from(data, 'base64').toString('utf8') };
  return file ? { file } : undefined;
}

function extender(written: NonNullable<ReaderShape['extenders']>[number]): ExtenderConfiguration {
  const { tlsConfig } = written;
  return {
    urlPrefix: written.urlPrefix ?? '',
    filterVerb: written.filterVerb || undefined,
    preemptVerb: written.preemptVerb || undefined,
    prioritizeVerb: written.prioritizeVerb || undefined,
    bindVerb: written.bindVerb || undefined,
    weight: written.weight ?? 0,
    ...((tlsConfig || written.enableHTTPS) && {
      tls: {
        insecure: tlsConfig?.insecure ?? !tlsConfig,
        serverName: tlsConfig?.serverName,
        ca: pem(tlsConfig?.caData, tlsConfig?.caFile),
        cert: pem(tlsConfig?.certData, tlsConfig?.certFile),
        key: pem(tlsConfig?.keyData, tlsConfig?.keyFile),
      },
    }),
    httpTimeoutMs: written.httpTimeout || httpTimeoutMsDefault,
    nodeCacheCapable: written.nodeCacheCapable ?? false,
    managedResources: (written.managedResources ?? []).map(({ name = '', ignoredByScheduler = false }) => ({ name, ignoredByScheduler })),
    ignorable: written.ignorable ?? false,
  };
}
