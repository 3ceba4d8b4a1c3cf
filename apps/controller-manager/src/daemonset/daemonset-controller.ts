import type { DaemonSet, Node, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, isPodTerminating, selectorFromObject } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { indexByController } from '../controller-revisions/claims';
import { Expectations } from '../expectations';
import { DaemonSetActor } from './daemonset-actor';

/** What of a node decides whether daemons run on it. */
const placement = ({ metadata, spec }: Node): unknown => [metadata?.labels, spec?.taints, spec?.unschedulable];

/** Keeps a pod of each DaemonSet on each node that it is meant for. */
export const daemonSetController: ControllerDefinition = {
  name: 'daemonset-controller',
  setUp(context) {
    const { informers } = context;
    const expectations = new Expectations(context.clock);
    const sets = informers.informer(resources.daemonSets);
    const pods = informers.informer(resources.pods);
    const nodes = informers.informer(resources.nodes);
    const revisions = informers.informer(resources.controllerRevisions);
    indexByController(pods);
    indexByController(revisions);
    const actor = new DaemonSetActor(context, expectations);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    const enqueue = (set: DaemonSet): void => loop.enqueue(keyOf(set));
    const enqueueAll = (): void => sets.list().forEach(enqueue);
    sets.onChange({
      added: enqueue,
      updated: enqueue,
      deleted: (set) => {
        expectations.forget(keyOf(set));
        actor.forget(set);
      },
    });
    nodes.onChange({
      added: enqueueAll,
      updated: (node, previous) => {
        if (!isDeepStrictEqual(placement(node), placement(previous))) enqueueAll();
      },
      deleted: enqueueAll,
    });
    const ownerKey = (object: Pod): string | undefined => {
      const owner = controllerOf(object);
      return owner?.kind === 'DaemonSet' ? `${object.metadata?.namespace}/${owner.name}` : undefined;
    };
    const changed = (pod: Pod): void => {
      const key = ownerKey(pod);
      if (key) {
        expectations.sawCreation(key, pod.metadata?.uid ?? '');
        if (isPodTerminating(pod)) expectations.sawDeletion(key, pod.metadata?.uid ?? '');
        loop.enqueue(key);
      } else if (!controllerOf(pod)) {
        sets.list(pod.metadata?.namespace).filter(({ spec }) => selectorFromObject(spec?.selector).matches(pod.metadata?.labels)).forEach(enqueue);
      }
    };
    pods.onChange({
      added: changed,
      updated: (pod, previous) => {
        const before = ownerKey(previous);
        if (before && before !== ownerKey(pod)) {
          // Lost to us, as if it were gone: nothing further is to be seen of it under this key.
          expectations.sawDeletion(before, pod.metadata?.uid ?? '');
          loop.enqueue(before);
        }
        changed(pod);
      },
      deleted: (pod) => {
        const key = ownerKey(pod);
        if (!key) return;
        expectations.sawDeletion(key, pod.metadata?.uid ?? '');
        loop.enqueue(key);
      },
    });
    const revisionChanged = ({ metadata }: { metadata?: { namespace?: string; labels?: Record<string, string>; ownerReferences?: { kind: string; name: string; controller?: boolean }[] } }): void => {
      const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
      if (owner?.kind === 'DaemonSet') loop.enqueue(`${metadata?.namespace}/${owner.name}`);
      else if (!owner) sets.list(metadata?.namespace).filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata?.labels)).forEach(enqueue);
    };
    revisions.onChange({ added: revisionChanged, updated: revisionChanged, deleted: revisionChanged });
    return (signal) => loop.run(signal);
  },
};

