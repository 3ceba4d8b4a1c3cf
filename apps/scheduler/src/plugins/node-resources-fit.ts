import type { NodeInfo } from '../framework/node-info';
import type { SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';

/** Requests must fit into what is left; of the nodes that remain, emptier ones score higher (LeastAllocated). */
export const nodeResourcesFit: SchedulerPlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepareFilter({ requests }) {
    const wanted = Object.entries(requests).filter(([, amount]) => amount > 0);
    return (node) => {
      const reasons: string[] = [];
      let neverFits = false;
      if (node.pods.size + 1 > (node.allocatable['pods'] ?? 0)) reasons.push('Too many pods');
      for (const [name, amount] of wanted) {
        const allocatable = node.allocatable[name] ?? 0;
        if (amount <= allocatable - (node.requested[name] ?? 0)) continue;
        reasons.push(`Insufficient ${name}`);
        if (amount > allocatable) neverFits = true;
      }
      return reasons.length ? { plugin: 'NodeResourcesFit', reasons, resolvable: !neverFits } : undefined;
    };
  },
  prepareScore({ nonZeroRequests }) {
    const free = (node: NodeInfo, name: 'cpu' | 'memory'): number => {
      const allocatable = node.allocatable[name] ?? 0;
      const requested = node.nonZeroRequested[name] + nonZeroRequests[name];
      return allocatable === 0 || requested > allocatable ? 0 : Math.floor(((allocatable - requested) * scoreMax) / allocatable);
    };
    return { score: (node) => Math.floor((free(node, 'cpu') + free(node, 'memory')) / 2) };
  },
};
