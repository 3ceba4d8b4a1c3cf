/** Where groups and versions stand in discovery: the priorities of upstream's APIServices. */

export interface Priority {
  /** Higher first. */
  readonly group: number;
  readonly version: number;
}

const groupPriorities: Readonly<Record<string, number>> = {
  'apiregistration.k8s.io': 20_000,
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'resource.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'internal.apiserver.k8s.io': 16_000,
  'storagemigration.k8s.io': 15_900,
  // As metrics-server's manifest has it.
  'metrics.k8s.io': 100,
};

/** Of stable versions; those of one group differ by their stage. */
const versionPriorities = { stable: 15, beta: 12, alpha: 9 } as const;

/** Versions whose order within the group their names do not tell. */
const ofVersions: Readonly<Record<string, number>> = { '/v1': 1, 'autoscaling/v2': 30, 'flowcontrol.apiserver.k8s.io/v1': 21, 'metrics.k8s.io/v1beta1': 100, 'resource.k8s.io/v1beta2': 13 };

/** Groups of CustomResourceDefinitions. */
const custom: Priority = { group: 1_000, version: 100 };

/** The priorities of a version that this server serves. */
export function localPriority(group: string, version: string): Priority {
  const ofGroup = groupPriorities[group];
  if (ofGroup === undefined) return custom;
  const stage = /alpha/.test(version) ? 'alpha' : /beta/.test(version) ? 'beta' : 'stable';
  return { group: ofGroup, version: ofVersions[`${group}/${version}`] ?? versionPriorities[stage] };
}
