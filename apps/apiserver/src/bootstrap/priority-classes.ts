import { resources, systemPriorities } from '@typernetes/api';
import type { ApiserverInternals } from '../pipeline/internals';
import { ensure } from './ensure';

const descriptions: Readonly<Record<string, string>> = {
  'system-cluster-critical': 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  'system-node-critical': 'Used for system critical pods that must not be moved from their current node.',
};

/** The two classes that every cluster has. */
export async function ensurePriorityClasses(internals: ApiserverInternals): Promise<void> {
  await Promise.all(
    Object.entries(systemPriorities).map(([name, value]) => ensure(internals, resources.priorityClasses, { metadata: { name }, value, description: descriptions[name] ?? '' })),
  );
}
