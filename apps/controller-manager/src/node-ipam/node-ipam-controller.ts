import { resources } from '@typernetes/api';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { PodCidrs } from './pod-cidrs';

/**
 * Gives each node its range of pod addresses. What is taken is read from the nodes themselves, so a crash loses
 * nothing; the one worker and the memory of the last assignments keep two nodes from getting the same range.
 */
export const nodeIpamController: ControllerDefinition = {
  name: 'node-ipam-controller',
  setUp(context) {
    const { informers, client, config, logger } = context;
    const ranges = config.clusterCidr ? new PodCidrs(config.clusterCidr, config.nodeCidrMaskSize) : undefined;
    const events = context.events('cidrAllocator');
    const nodes = informers.informer(resources.nodes);
    /** Assigned by us and perhaps not yet in the cache. */
    const assigned = new Map<string, string>();
    const reconcile = async (name: string): Promise<void> => {
      const node = nodes.get(name);
      if (!ranges || !node || node.spec?.podCIDR) return;
      const taken = new Set(assigned.values());
      for (const { spec } of nodes.list()) if (spec?.podCIDR) taken.add(spec.podCIDR);
      const podCIDR = assigned.get(name) ?? ranges.firstFree(taken);
      if (!podCIDR) {
        events.record({ type: resources.nodes, object: node }, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
        throw new Error('all pod CIDRs are taken');
      }
      assigned.set(name, podCIDR);
      await client.resource(resources.nodes).patch(name, { spec: { podCIDR, podCIDRs: [podCIDR] } }, { type: 'application/strategic-merge-patch+json' });
      logger.info({ node: name, podCIDR }, 'assigned a pod CIDR');
    };
    const loop = newController(context, this.name, reconcile, 1);
    const enqueue = (node: { metadata?: { name?: string } }): void => loop.enqueue(node.metadata?.name ?? '');
    nodes.onChange({ added: enqueue, updated: enqueue, deleted: ({ metadata }) => void assigned.delete(metadata?.name ?? '') });
    return async (signal) => {
      // Our cache may be behind the last words of the leader before us; this list is not.
      if (ranges) for (const { metadata, spec } of (await client.resource(resources.nodes).list()).items) if (spec?.podCIDR) assigned.set(metadata?.name ?? '', spec.podCIDR);
      await loop.run(signal);
    };
  },
};
