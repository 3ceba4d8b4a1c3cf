import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, splitKey } from '@typernetes/client';
import { formatTime, hasReason } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import type { SeenTaints } from './eviction';
import { evictionTime, seenTaints } from './eviction';

const byNode = 'evictionNode';
const reason = 'TaintManagerEviction';

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
export const taintEvictionController: ControllerDefinition = {
  name: 'taint-eviction-controller',
  setUp(context) {
    const { informers, clock } = context;
    const nodes = informers.informer(resources.nodes);
    const pods = informers.informer(resources.pods);
    pods.addIndex(byNode, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []));
    const events = context.events('taint-eviction-controller');
    /** Of pods that wait for their eviction, by uid. */
    const waiting = new Map<string, SeenTaints>();
    const loop = newController(context, this.name, async (key) => {
      const pod = pods.get(key);
      const node = pod?.spec?.nodeName ? nodes.get(pod.spec.nodeName) : undefined;
      if (!pod || !node || pod.metadata?.deletionTimestamp) return;
      const uid = pod.metadata?.uid ?? '';
      const taints = node.spec?.taints ?? [];
      const seen = seenTaints(waiting.get(uid), taints, clock.now());
      const time = evictionTime(pod, taints, seen);
      if (time === 'never') {
        if (waiting.delete(uid)) events.record({ type: resources.pods, object: pod }, 'Normal', reason, `Cancelling deletion of Pod ${key}`);
        return;
      }
      if (time > clock.now()) {
        waiting.set(uid, seen);
        return { requeueAfterMs: time - clock.now() };
      }
      events.record({ type: resources.pods, object: pod }, 'Normal', reason, `Marking for deletion Pod ${key}`);
      await evict(context, key, pod);
    });
    pods.onChange({
      added: (pod) => loop.enqueue(keyOf(pod)),
      updated: (pod, previous) => {
        if (pod.spec?.nodeName !== previous.spec?.nodeName || !isDeepStrictEqual(pod.spec?.tolerations, previous.spec?.tolerations)) loop.enqueue(keyOf(pod));
      },
      deleted: ({ metadata }) => waiting.delete(metadata?.uid ?? ''),
    });
    const enqueuePodsOf = (name: string): void => pods.byIndex(byNode, name).forEach((pod) => loop.enqueue(keyOf(pod)));
    nodes.onChange({
      added: ({ metadata }) => enqueuePodsOf(metadata?.name ?? ''),
      updated: (node, previous) => {
        if (!isDeepStrictEqual(node.spec?.taints, previous.spec?.taints)) enqueuePodsOf(node.metadata?.name ?? '');
      },
    });
    return (signal) => loop.run(signal);
  },
};

/** Says why on the pod (KEP 3329), for whoever counts its failure, and deletes it. */
async function evict({ client, clock }: ControllerContext, key: string, { metadata }: Pod): Promise<void> {
  const { namespace, name } = splitKey(key);
  const { uid } = metadata ?? {};
  const pods = client.resource(resources.pods);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: formatTime(clock.now()),
  };
  try {
    await pods.patch(name, { metadata: { uid }, status: { conditions: [condition] } }, { namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' });
    await pods.delete(name, { namespace, preconditions: { uid } });
  } catch (error) {
    // Gone, or another pod of this name by now.
    if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
  }
}
