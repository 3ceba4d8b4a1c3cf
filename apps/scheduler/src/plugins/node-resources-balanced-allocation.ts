import type { PluginArgs } from '../config/plugin-args';
import type { NodeInfo } from '../framework/node-info';
import type { SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';

/** Prefers nodes whose resources would be used to the same degree, so that none is left over alone. */
export function nodeResourcesBalancedAllocation({ resources }: PluginArgs['NodeResourcesBalancedAllocation']): SchedulerPlugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    prepareScore({ requests }) {
      // A pod that asks for nothing changes no balance.
      if (!resources.some(({ name }) => requests[name])) return undefined;
      return {
        score: (node) => {
          const fraction = (resource: string): number => used(node, resource, requests[resource] ?? 0);
          // Of extended resources those count that the pod asks for and the node has.
          const counted = resources.filter(({ name }) => name === 'cpu' || name === 'memory' || (requests[name] && node.allocatable[name]));
          return Math.floor((1 - deviation(counted.map(({ name }) => fraction(name)))) * scoreMax);
        },
      };
    },
  };
}

function used(node: NodeInfo, resource: string, more: number): number {
  const allocatable = node.allocatable[resource] ?? 0;
  return allocatable ? Math.min(1, ((node.requested[resource] ?? 0) + more) / allocatable) : 0;
}

function deviation(fractions: readonly number[]): number {
  if (fractions.length < 2) return 0;
  const mean = fractions.reduce((sum, value) => sum + value, 0) / fractions.length;
  return Math.sqrt(fractions.reduce((sum, value) => sum + (value - mean) ** 2, 0) / fractions.length);
}
