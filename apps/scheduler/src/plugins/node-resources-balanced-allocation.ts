import type { SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';

/** Prefers nodes whose cpu and memory would be used to the same degree, so that neither is left over alone. */
export const nodeResourcesBalancedAllocation: SchedulerPlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepareScore({ requests }) {
    // A pod that asks for nothing changes no balance.
    if (!requests['cpu'] && !requests['memory']) return undefined;
    return {
      score: (node) => {
        const fraction = (name: string): number => {
          const allocatable = node.allocatable[name] ?? 0;
          return allocatable ? Math.min(1, ((node.requested[name] ?? 0) + (requests[name] ?? 0)) / allocatable) : 0;
        };
        // The standard deviation of two values is half their distance.
        const deviation = Math.abs(fraction('cpu') - fraction('memory')) / 2;
        return Math.floor((1 - deviation) * scoreMax);
      },
    };
  },
};
