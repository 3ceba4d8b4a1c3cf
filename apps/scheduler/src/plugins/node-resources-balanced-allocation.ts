import type { PluginArgs } from '../config/plugin-args';
import type { NodeInfo } from '../framework/node-info';
import type { SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';
import type { Amounts } from '../framework/resources';

/** Prefers nodes whose resources would be used to the same degree, so that none is left over alone. */
export function nodeResourcesBalancedAllocation({ resources }: PluginArgs['NodeResourcesBalancedAllocation']): SchedulerPlugin {
  const names = resources.map(({ name }) => name);
  return {
    name: 'NodeResourcesBalancedAllocation',
    prepareScore({ requests }) {
      // A pod that asks for nothing changes no balance.
      if (!names.some((name) => requests[name])) return undefined;
      // Of extended resources those count that the pod asks for.
      const counted = names.filter((name) => name === 'cpu' || name === 'memory' || requests[name]);
      return { score: (node) => Math.floor((1 - deviation(node, counted, requests)) * scoreMax) };
    },
  };
}

/** From 0 to 1; -1 for an extended resource that the node does not have, which tells nothing. */
function usedShare(node: NodeInfo, name: string, requests: Amounts): number {
  const allocatable = node.allocatable[name] ?? 0;
  if (allocatable === 0) return name === 'cpu' || name === 'memory' ? 0 : -1;
  return Math.min(1, ((node.requested[name] ?? 0) + (requests[name] ?? 0)) / allocatable);
}

/** The standard deviation of how far the resources would be used. Makes no objects: it runs for every node. */
function deviation(node: NodeInfo, names: readonly string[], requests: Amounts): number {
  let count = 0;
  let sum = 0;
  for (const name of names) {
    const used = usedShare(node, name, requests);
    if (used < 0) continue;
    count++;
    sum += used;
  }
  if (count < 2) return 0;
  const mean = sum / count;
  let squares = 0;
  for (const name of names) {
    const used = usedShare(node, name, requests);
    if (used >= 0) squares += (used - mean) ** 2;
  }
  return Math.sqrt(squares / count);
}
