import { formatFieldError } from '@typernetes/machinery';
import type { ExtenderConfiguration, LeaderElectionConfiguration, SchedulerConfiguration } from './configuration';
import type { ReaderShape } from './document';
import type { Complain, WrittenArgs } from './plugin-args';
import { pluginSetProblems, type PluginSets } from './plugin-sets';
import { validatePluginArgs } from './validate-args';

/** What upstream's validation says of a configuration; empty when it is fine. */
export function validateConfiguration(configuration: SchedulerConfiguration, written: ReaderShape, args: readonly WrittenArgs[]): string[] {
  const problems: string[] = [];
  const complain: Complain = (type, field, value, detail) => problems.push(formatFieldError({ type, field, value, detail }));
  const { parallelism, podInitialBackoffMs, podMaxBackoffMs } = configuration;
  if (parallelism <= 0) complain('Invalid', 'parallelism', parallelism, 'should be an integer value greater than zero');
  percentage(written.percentageOfNodesToScore, 'percentageOfNodesToScore', complain);
  if (podInitialBackoffMs <= 0) complain('Invalid', 'podInitialBackoffSeconds', podInitialBackoffMs / 1_000, 'must be greater than 0');
  if (podMaxBackoffMs < podInitialBackoffMs) complain('Invalid', 'podMaxBackoffSeconds', podMaxBackoffMs / 1_000, 'must be greater than or equal to PodInitialBackoffSeconds');
  election(configuration.leaderElection, written.leaderElection?.resourceLock, complain);
  profiles(configuration, written, complain);
  configuration.profiles.forEach((profile, index) => {
    const { plugins = {}, pluginConfig = [] } = written.profiles?.[index] ?? {};
    problems.push(...pluginSetProblems(plugins as PluginSets, profile.schedulerName).map((problem) => `profiles[${index}].plugins: ${problem}`));
    const pathOf = (plugin: string): string => `profiles[${index}].pluginConfig[${pluginConfig.findIndex(({ name }) => name === plugin)}].args`;
    validatePluginArgs(profile.args, args[index] ?? {}, pathOf, complain);
  });
  extenders(configuration.extenders, complain);
  return problems;
}

function percentage(value: number | undefined, field: string, complain: Complain): void {
  if (value !== undefined && (value < 0 || value > 100)) complain('Invalid', field, value, 'not in valid range [0-100]');
}

function election({ leaderElect, leaseDurationMs, renewDeadlineMs, retryPeriodMs }: LeaderElectionConfiguration, lock: string | undefined, complain: Complain): void {
  if (!leaderElect) return;
  const of = (field: string): string => `leaderElection.${field}`;
  if (leaseDurationMs <= 0) complain('Invalid', of('leaseDuration'), leaseDurationMs / 1_000, 'must be greater than zero');
  if (renewDeadlineMs <= 0) complain('Invalid', of('renewDeadline'), renewDeadlineMs / 1_000, 'must be greater than zero');
  if (retryPeriodMs <= 0) complain('Invalid', of('retryPeriod'), retryPeriodMs / 1_000, 'must be greater than zero');
  if (leaseDurationMs <= renewDeadlineMs) complain('Invalid', of('leaseDuration'), renewDeadlineMs / 1_000, 'LeaseDuration must be greater than RenewDeadline');
  if (lock !== undefined && lock !== 'leases') complain('Invalid', of('resourceLock'), lock, 'resourceLock value must be "leases"');
}

function profiles({ profiles: all }: SchedulerConfiguration, written: ReaderShape, complain: Complain): void {
  const seen = new Set<string>();
  const sort = JSON.stringify(written.profiles?.[0]?.plugins?.queueSort);
  all.forEach(({ schedulerName }, index) => {
    const at = `profiles[${index}]`;
    const { percentageOfNodesToScore, plugins, pluginConfig = [] } = written.profiles?.[index] ?? {};
    if (!schedulerName) complain('Required', `${at}.schedulerName`, undefined, '');
    else if (seen.has(schedulerName)) complain('Duplicate', `${at}.schedulerName`, schedulerName, '');
    seen.add(schedulerName);
    percentage(percentageOfNodesToScore, `${at}.percentageOfNodesToScore`, complain);
    if (JSON.stringify(plugins?.queueSort) !== sort) complain('Invalid', `${at}.plugins.queueSort`, plugins?.queueSort, 'queueSort must be the same for all profiles');
    pluginConfig.forEach(({ name }, place) => {
      if (pluginConfig.findIndex((other) => other.name === name) < place) complain('Duplicate', `${at}.pluginConfig[${place}]`, name, '');
    });
  });
}

function extenders(all: readonly ExtenderConfiguration[], complain: Complain): void {
  const managed = new Set<string>();
  all.forEach(({ urlPrefix, prioritizeVerb, weight, managedResources }, index) => {
    const at = `extenders[${index}]`;
    if (!/^https?:\/\//.test(urlPrefix)) complain('Invalid', `${at}.urlPrefix`, urlPrefix, 'must be an http or https URL');
    if (prioritizeVerb && weight <= 0) complain('Invalid', `${at}.weight`, weight, 'must have a positive weight applied to it');
    managedResources.forEach(({ name }, place) => {
      const field = `${at}.managedResources[${place}].name`;
      if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)) complain('Invalid', field, name, 'is an invalid extended resource name');
      if (managed.has(name)) complain('Invalid', field, name, 'duplicate extender managed resource name');
      managed.add(name);
    });
  });
  const binders = all.filter(({ bindVerb }) => bindVerb).length;
  if (binders > 1) complain('Invalid', 'extenders', `found ${binders} extenders implementing bind`, 'only one extender can implement bind');
}
