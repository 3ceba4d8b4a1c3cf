/** Upstream's points of the scheduling framework, in the order in which a pod passes them. */
export const extensionPoints = ['preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind'] as const;
export type ExtensionPoint = (typeof extensionPoints)[number];

export interface KnownPlugin {
  readonly name: string;
  readonly points: readonly ExtensionPoint[];
  /** Of its score, when it is enabled without one. */
  readonly weight?: number;
}

const scores: readonly ExtensionPoint[] = ['preFilter', 'filter', 'preScore', 'score'];

/** The default plugins, in upstream's order: of two reasons to turn a node down the one that nothing can be done about comes first. */
export const knownPlugins: readonly KnownPlugin[] = [
  { name: 'SchedulingGates', points: ['preEnqueue'] },
  { name: 'PrioritySort', points: ['queueSort'] },
  { name: 'NodeUnschedulable', points: ['filter'] },
  { name: 'NodeName', points: ['filter'] },
  { name: 'TaintToleration', points: ['filter', 'preScore', 'score'], weight: 3 },
  { name: 'NodeAffinity', points: scores, weight: 2 },
  { name: 'NodePorts', points: ['preFilter', 'filter'] },
  { name: 'NodeResourcesFit', points: scores, weight: 1 },
  { name: 'VolumeRestrictions', points: ['preFilter', 'filter'] },
  { name: 'NodeVolumeLimits', points: ['preFilter', 'filter'] },
  { name: 'VolumeBinding', points: ['preFilter', 'filter', 'reserve', 'preBind'] },
  { name: 'VolumeZone', points: ['preFilter', 'filter'] },
  { name: 'PodTopologySpread', points: scores, weight: 2 },
  { name: 'InterPodAffinity', points: scores, weight: 2 },
  // Before evictions: it is better to give an idle claim's devices back than to end somebody's pod.
  { name: 'DynamicResources', points: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'reserve', 'preBind'] },
  { name: 'DefaultPreemption', points: ['postFilter'] },
  { name: 'NodeResourcesBalancedAllocation', points: ['preScore', 'score'], weight: 1 },
  { name: 'ImageLocality', points: ['score'], weight: 1 },
  { name: 'DefaultBinder', points: ['bind'] },
];

const byName = new Map(knownPlugins.map((plugin) => [plugin.name, plugin]));

export const knownPlugin = (name: string): KnownPlugin | undefined => byName.get(name);
