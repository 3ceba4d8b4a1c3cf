import { resources } from '@typernetes/api';
import { keyOf, splitKey } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { evictionTime } from './eviction';

const byNode = 'evictionNode';

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
export const taintEvictionController: ControllerDefinition = {
  name: 'taint-eviction-controller',
  setUp(context) {
    const { informers, client, clock } = context;
    const nodes = informers.informer(resources.nodes);
    const pods = informers.informer(resources.pods);
    pods.addIndex(byNode, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []));
    const events = context.events('taint-eviction-controller');
    const loop = newController(context, this.name, async (key) => {
      const pod = pods.get(key);
      const node = pod?.spec?.nodeName ? nodes.get(pod.spec.nodeName) : undefined;
      if (!pod || !node || pod.metadata?.deletionTimestamp) return;
      const time = evictionTime(pod, node.spec?.taints ?? [], clock.now());
      if (time === 'never') return;
      if (time > clock.now()) return { requeueAfterMs: time - clock.now() };
      const { namespace, name } = splitKey(key);
      events.record({ type: resources.pods, object: pod }, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
      await client.resource(resources.pods).delete(name, { namespace, preconditions: { uid: pod.metadata?.uid } }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
    });
    pods.onChange({ added: (pod) => loop.enqueue(keyOf(pod)), updated: (pod, previous) => {
      if (pod.spec?.nodeName !== previous.spec?.nodeName || pod.spec?.tolerations?.length !== previous.spec?.tolerations?.length) loop.enqueue(keyOf(pod));
    } });
    const enqueuePodsOf = (name: string): void => pods.byIndex(byNode, name).forEach((pod) => loop.enqueue(keyOf(pod)));
    nodes.onChange({
      added: ({ metadata }) => enqueuePodsOf(metadata?.name ?? ''),
      updated: (node, previous) => {
        if (JSON.stringify(node.spec?.taints) !== JSON.stringify(previous.spec?.taints)) enqueuePodsOf(node.metadata?.name ?? '');
      },
    });
    return (signal) => loop.run(signal);
  },
};
