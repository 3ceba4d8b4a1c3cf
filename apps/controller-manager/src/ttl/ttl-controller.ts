import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { nextTtlStep, ttlSteps } from './ttl-step';

const annotation = 'node.alpha.kubernetes.io/ttl';

/** Writes on every node for how long its kubelet may trust what it has read of Secrets and ConfigMaps. */
export const ttlController: ControllerDefinition = {
  name: 'ttl-controller',
  setUp(context) {
    const { client, informers } = context;
    const nodes = informers.informer(resources.nodes);
    let count = 0;
    let step = 0;
    const loop = newController(context, this.name, async (name) => {
      const node = nodes.get(name);
      const ttl = String(ttlSteps[step]?.ttlSeconds ?? 0);
      if (!node || node.metadata?.annotations?.[annotation] === ttl) return;
      await client
        .resource(resources.nodes)
        .patch(name, { metadata: { annotations: { [annotation]: ttl } } }, { type: 'application/merge-patch+json' })
        .catch((error: unknown) => {
          if (!hasReason(error, 'NotFound')) throw error;
        });
    });
    const changeCount = (by: number): void => {
      count += by;
      const next = nextTtlStep(step, count);
      if (next === step) return;
      step = next;
      for (const node of nodes.list()) loop.enqueue(keyOf(node));
    };
    nodes.onChange({
      added: (node) => (changeCount(1), loop.enqueue(keyOf(node))),
      updated: (node) => loop.enqueue(keyOf(node)),
      deleted: () => changeCount(-1),
    });
    return (signal) => loop.run(signal);
  },
};
