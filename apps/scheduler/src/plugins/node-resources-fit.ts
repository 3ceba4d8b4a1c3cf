import type { NodeResourcesFitArgs } from '../config/plugin-args';
import type { NodeInfo } from '../framework/node-info';
import type { NodeFilter, SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import { resourceScorer } from './resource-scores';

const name = 'NodeResourcesFit';

/** Requests must fit into what is left; which of the nodes that remain score higher says the strategy. */
export function nodeResourcesFit({ ignoredResources, ignoredResourceGroups, scoringStrategy }: NodeResourcesFitArgs): SchedulerPlugin {
  const scorerOf = resourceScorer(scoringStrategy);
  const isIgnored = (resource: string): boolean => ignoredResources.includes(resource) || ignoredResourceGroups.includes(resource.slice(0, Math.max(0, resource.indexOf('/'))));
  const wantedBy = ({ requests }: PodInfo): [string, number][] => Object.entries(requests).filter(([resource, amount]) => amount > 0 && !isIgnored(resource));
  // Would the node do if it were empty? If so, the change may help, be it that others then have to leave.
  const mayHelp = (pod: PodInfo, { node: { allocatable } }: { node: NodeInfo }): boolean =>
    (allocatable['pods'] ?? 0) >= 1 && wantedBy(pod).every(([resource, amount]) => amount <= (allocatable[resource] ?? 0));
  return {
    name,
    hints: {
      NodeAdd: mayHelp,
      NodeUpdateAllocatable: mayHelp,
      AssignedPodDelete: (pod, { node }) => !node || mayHelp(pod, { node }),
      AssignedPodUpdate: (pod, { pod: other, before }) => wantedBy(pod).some(([resource]) => (other.requests[resource] ?? 0) < (before.requests[resource] ?? 0)),
    },
    prepareFilter: (pod) => fits(wantedBy(pod)),
    prepareScore: (pod) => ({ score: scorerOf(pod) }),
  };
}

function fits(wanted: readonly [string, number][]): NodeFilter {
  return (node) => {
    const reasons: string[] = [];
    let neverFits = false;
    if (node.pods.size + 1 > (node.allocatable['pods'] ?? 0)) reasons.push('Too many pods');
    for (const [resource, amount] of wanted) {
      const allocatable = node.allocatable[resource] ?? 0;
      if (amount <= allocatable - (node.requested[resource] ?? 0)) continue;
      reasons.push(`Insufficient ${resource}`);
      if (amount > allocatable) neverFits = true;
    }
    return reasons.length ? { plugin: name, reasons, resolvable: !neverFits } : undefined;
  };
}
