import type { TopologySpreadConstraint } from '@typernetes/api';
import type { ArgsPath, Complain, PluginArgs, UtilizationPoint, WeightedResource, WrittenArgs } from './plugin-args';
import { scoringStrategies } from './plugin-args';

type RangeCheck = { complain: Complain; field: string; value: number; lowest: number; highest: number };

function range({ complain, field, value, lowest, highest }: RangeCheck): void {
  if (value < lowest || value > highest) complain('Invalid', field, value, `not in valid range [${lowest}-${highest}]`);
}

/** Upstream's rules of plugins' arguments (kubescheduler.config.k8s.io/v1). */
export function validatePluginArgs(args: PluginArgs, written: WrittenArgs, pathOf: ArgsPath, complain: Complain): void {
  preemption(args.DefaultPreemption, pathOf('DefaultPreemption'), complain);
  const hardWeight = `${pathOf('InterPodAffinity')}.hardPodAffinityWeight`;
  range({ complain, field: hardWeight, value: args.InterPodAffinity.hardPodAffinityWeight, lowest: 0, highest: 100 });
  addedAffinity(args.NodeAffinity, `${pathOf('NodeAffinity')}.addedAffinity`, complain);
  fit(args.NodeResourcesFit, pathOf('NodeResourcesFit'), complain);
  weights(args.NodeResourcesBalancedAllocation.resources, { path: `${pathOf('NodeResourcesBalancedAllocation')}.resources`, highest: 1 }, complain);
  spread(args.PodTopologySpread, pathOf('PodTopologySpread'), complain);
  const binding = pathOf('VolumeBinding');
  if (args.VolumeBinding.bindTimeoutSeconds < 0) complain('Invalid', `${binding}.bindTimeoutSeconds`, args.VolumeBinding.bindTimeoutSeconds, 'invalid BindTimeoutSeconds, should not be a negative value');
  const { shape } = written.VolumeBinding ?? {};
  if (shape?.length) complain('Invalid', `${binding}.shape`, shape, 'unexpected field, because feature StorageCapacityScoring is disabled');
}

function preemption({ minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute }: PluginArgs['DefaultPreemption'], path: string, complain: Complain): void {
  range({ complain, field: `${path}.minCandidateNodesPercentage`, value: percentage, lowest: 0, highest: 100 });
  if (absolute < 0) complain('Invalid', `${path}.minCandidateNodesAbsolute`, absolute, 'not in valid range [0, inf)');
  if (percentage === 0 && absolute === 0) {
    complain('Invalid', `${path}.minCandidateNodesPercentage`, percentage, 'cannot be zero at the same time as minCandidateNodesAbsolute');
    complain('Invalid', `${path}.minCandidateNodesAbsolute`, absolute, 'cannot be zero at the same time as minCandidateNodesPercentage');
  }
}

function addedAffinity({ addedAffinity: affinity }: PluginArgs['NodeAffinity'], path: string, complain: Complain): void {
  if (!affinity) return;
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (required && !required.nodeSelectorTerms?.length) {
    complain('Required', `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`, undefined, 'must have at least one node selector term');
  }
  preferred.forEach(({ weight }, index) => {
    if (!(weight >= 1 && weight <= 100)) complain('Invalid', `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].weight`, weight, 'must be in the range 1-100');
  });
}

function fit({ ignoredResources, ignoredResourceGroups, scoringStrategy }: PluginArgs['NodeResourcesFit'], path: string, complain: Complain): void {
  ignoredResources.forEach((name, index) => {
    if (!/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)) {
      complain('Invalid', `${path}.ignoredResources[${index}]`, name, 'must be a qualified name');
    }
  });
  ignoredResourceGroups.forEach((name, index) => {
    if (name.includes('/')) complain('Invalid', `${path}.ignoredResourceGroups[${index}]`, name, "resource group name can't contain '/'");
  });
  const { type, resources, shape } = scoringStrategy;
  const at = `${path}.scoringStrategy`;
  if (!scoringStrategies.includes(type)) complain('NotSupported', `${at}.type`, type, `supported values: ${scoringStrategies.map((name) => JSON.stringify(name)).join(', ')}`);
  weights(resources, { path: `${at}.resources`, highest: 100 }, complain);
  if (type === 'RequestedToCapacityRatio') utilizationShape(shape, `${at}.requestedToCapacityRatio.shape`, complain);
}

function weights(resources: readonly WeightedResource[], { path, highest }: { path: string; highest: number }, complain: Complain): void {
  const seen = new Set<string>();
  resources.forEach(({ name, weight }, index) => {
    if (!name) complain('Required', `${path}[${index}].name`, undefined, '');
    if (weight < 1 || weight > highest) {
      const detail = highest === 1 ? 'must be 1' : `resource weight of ${name} not in valid range [1-${highest}]`;
      complain('Invalid', `${path}[${index}].weight`, weight, detail);
    }
    if (seen.has(name)) complain('Duplicate', `${path}[${index}].name`, name, '');
    seen.add(name);
  });
}

function utilizationShape(shape: readonly UtilizationPoint[], path: string, complain: Complain): void {
  if (!shape.length) complain('Required', path, undefined, 'at least one point must be specified');
  shape.forEach(({ utilization, score }, index) => {
    range({ complain, field: `${path}[${index}].utilization`, value: utilization, lowest: 0, highest: 100 });
    range({ complain, field: `${path}[${index}].score`, value: score, lowest: 0, highest: 10 });
    const before = shape[index - 1];
    if (before && before.utilization >= utilization) complain('Invalid', `${path}[${index}].utilization`, utilization, 'utilization values must be sorted in increasing order');
  });
}

function spread({ defaultConstraints, defaultingType }: PluginArgs['PodTopologySpread'], path: string, complain: Complain): void {
  if (defaultingType !== 'System' && defaultingType !== 'List') complain('NotSupported', `${path}.defaultingType`, defaultingType, 'supported values: "List", "System"');
  if (defaultingType === 'System' && defaultConstraints.length) {
    complain('Invalid', `${path}.defaultingType`, defaultingType, 'when .defaultConstraints are not empty, .defaultingType must be List');
    return;
  }
  const seen = new Set<string>();
  defaultConstraints.forEach((constraint, index) => {
    const at = `${path}.defaultConstraints[${index}]`;
    defaultConstraint(constraint, at, complain);
    const key = `${constraint.topologyKey}, ${constraint.whenUnsatisfiable}`;
    if (seen.has(key)) complain('Duplicate', at, `{${key}}`, '');
    seen.add(key);
  });
}

function defaultConstraint(constraint: TopologySpreadConstraint, at: string, complain: Complain): void {
  if (!(constraint.maxSkew > 0)) complain('Invalid', `${at}.maxSkew`, constraint.maxSkew, 'not in valid range (0, inf)');
  if (!constraint.topologyKey) complain('Required', `${at}.topologyKey`, undefined, 'can not be empty');
  if (!['DoNotSchedule', 'ScheduleAnyway'].includes(constraint.whenUnsatisfiable)) {
    complain('NotSupported', `${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable, 'supported values: "DoNotSchedule", "ScheduleAnyway"');
  }
  if (constraint.labelSelector) complain('Forbidden', `${at}.labelSelector`, undefined, 'constraint must not define a selector, as they deduced for each pod');
}
