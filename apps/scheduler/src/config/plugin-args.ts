import type { NodeAffinity, TopologySpreadConstraint } from '@typernetes/api';
import type { FieldError } from '@typernetes/machinery';
import type { Read } from './read-fields';
import { anything, fields, flag, integer, listOf, text } from './read-fields';

export interface WeightedResource {
  readonly name: string;
  readonly weight: number;
}

/** A point of a broken line: so many per cent used, 0 to 100, score so much, 0 to 10. */
export interface UtilizationPoint {
  readonly utilization: number;
  readonly score: number;
}

export const scoringStrategies = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;
type ScoringStrategyType = (typeof scoringStrategies)[number];

export interface NodeResourcesFitArgs {
  readonly ignoredResources: readonly string[];
  /** What stands before the slash of a resource's name. */
  readonly ignoredResourceGroups: readonly string[];
  readonly scoringStrategy: {
    readonly type: ScoringStrategyType;
    readonly resources: readonly WeightedResource[];
    /** Of RequestedToCapacityRatio. */
    readonly shape: readonly UtilizationPoint[];
  };
}

export interface PluginArgs {
  readonly DefaultPreemption: { readonly minCandidateNodesPercentage: number; readonly minCandidateNodesAbsolute: number };
  readonly InterPodAffinity: { readonly hardPodAffinityWeight: number; readonly ignorePreferredTermsOfExistingPods: boolean };
  readonly NodeAffinity: { readonly addedAffinity?: NodeAffinity };
  readonly NodeResourcesBalancedAllocation: { readonly resources: readonly WeightedResource[] };
  readonly NodeResourcesFit: NodeResourcesFitArgs;
  readonly PodTopologySpread: { readonly defaultConstraints: readonly TopologySpreadConstraint[]; readonly defaultingType: 'System' | 'List' };
  readonly VolumeBinding: { readonly bindTimeoutSeconds: number };
}

const cpuAndMemory: readonly WeightedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** kubescheduler.config.k8s.io/v1's defaults. */
export const defaultPluginArgs: PluginArgs = {
  DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  InterPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
  NodeAffinity: {},
  NodeResourcesBalancedAllocation: { resources: cpuAndMemory },
  NodeResourcesFit: { ignoredResources: [], ignoredResourceGroups: [], scoringStrategy: { type: 'LeastAllocated', resources: cpuAndMemory, shape: [] } },
  PodTopologySpread: { defaultConstraints: [], defaultingType: 'System' },
  VolumeBinding: { bindTimeoutSeconds: 600 },
};

const resourcesOf = listOf(fields({ name: text, weight: integer }));
const shapeOf = listOf(fields({ utilization: integer, score: integer }));
const head = { apiVersion: text, kind: text };
const requirement = fields({ key: text, operator: text, values: listOf(text) });
const term = fields({ matchExpressions: listOf(requirement), matchFields: listOf(requirement) });
const affinity = fields({
  requiredDuringSchedulingIgnoredDuringExecution: fields({ nodeSelectorTerms: listOf(term) }),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(fields({ weight: integer, preference: term })),
});
const constraint = fields({
  topologyKey: text,
  maxSkew: integer,
  whenUnsatisfiable: text,
  minDomains: integer,
  labelSelector: anything,
  matchLabelKeys: listOf(text),
  nodeAffinityPolicy: text,
  nodeTaintsPolicy: text,
});

const readers = {
  DefaultPreemption: fields({ ...head, minCandidateNodesPercentage: integer, minCandidateNodesAbsolute: integer }),
  InterPodAffinity: fields({ ...head, hardPodAffinityWeight: integer, ignorePreferredTermsOfExistingPods: flag }),
  NodeAffinity: fields({ ...head, addedAffinity: affinity }),
  NodeResourcesBalancedAllocation: fields({ ...head, resources: resourcesOf }),
  NodeResourcesFit: fields({
    ...head,
    ignoredResources: listOf(text),
    ignoredResourceGroups: listOf(text),
    scoringStrategy: fields({ type: text, resources: resourcesOf, requestedToCapacityRatio: fields({ shape: shapeOf }) }),
  }),
  PodTopologySpread: fields({ ...head, defaultConstraints: listOf(constraint), defaultingType: text }),
  VolumeBinding: fields({ ...head, bindTimeoutSeconds: integer, shape: shapeOf }),
};

type ReaderNames = keyof typeof readers;
type Written<K extends ReaderNames> = NonNullable<ReturnType<(typeof readers)[K]>>;

/** As written in a file: what is absent gets its default later. */
export type WrittenArgs = { [K in ReaderNames]?: Written<K> };

export const pluginsWithArgs = Object.keys(readers) as ReaderNames[];

export const isPluginWithArgs = (name: string): name is ReaderNames => Object.hasOwn(readers, name);

/** Reads the `args` of one plugin's configuration. */
export const argsReader = (name: ReaderNames): Read<WrittenArgs[ReaderNames]> => readers[name];

const weighted = (written: { name?: string; weight?: number }[] | undefined, otherwise: readonly WeightedResource[]): readonly WeightedResource[] =>
  // An empty list is no list (upstream's defaulting), and no weight is a weight of 1.
  written?.length ? written.map(({ name = '', weight }) => ({ name, weight: weight || 1 })) : otherwise;

function fitArgs(written: Written<'NodeResourcesFit'> = {}): NodeResourcesFitArgs {
  const { scoringStrategy: strategy } = written;
  const defaults = defaultPluginArgs.NodeResourcesFit;
  return {
    ignoredResources: written.ignoredResources ?? [],
    ignoredResourceGroups: written.ignoredResourceGroups ?? [],
    scoringStrategy: {
      type: (strategy?.type ?? 'LeastAllocated') as ScoringStrategyType,
      resources: weighted(strategy?.resources, defaults.scoringStrategy.resources),
      shape: (strategy?.requestedToCapacityRatio?.shape ?? []).map(({ utilization = 0, score = 0 }) => ({ utilization, score })),
    },
  };
}

/** Written arguments with the defaults of what they leave out. They may be invalid: `validatePluginArgs` tells. */
export function completeArgs(written: WrittenArgs): PluginArgs {
  const spread = written.PodTopologySpread ?? {};
  return {
    DefaultPreemption: { ...defaultPluginArgs.DefaultPreemption, ...written.DefaultPreemption },
    InterPodAffinity: { ...defaultPluginArgs.InterPodAffinity, ...written.InterPodAffinity },
    NodeAffinity: { addedAffinity: written.NodeAffinity?.addedAffinity as NodeAffinity | undefined },
    NodeResourcesBalancedAllocation: { resources: weighted(written.NodeResourcesBalancedAllocation?.resources, cpuAndMemory) },
    NodeResourcesFit: fitArgs(written.NodeResourcesFit),
    PodTopologySpread: {
      defaultConstraints: (spread.defaultConstraints ?? []) as TopologySpreadConstraint[],
      defaultingType: (spread.defaultingType ?? 'System') as 'System' | 'List',
    },
    VolumeBinding: { bindTimeoutSeconds: written.VolumeBinding?.bindTimeoutSeconds ?? defaultPluginArgs.VolumeBinding.bindTimeoutSeconds },
  };
}

/** Where the arguments of a plugin stand in the file. */
export type ArgsPath = (plugin: keyof PluginArgs) => string;

export type Complain = (type: FieldError['type'], field: string, value: unknown, detail: string) => void;
