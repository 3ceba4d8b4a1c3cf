import type { ControllerRevision, DaemonSet, Node, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, selectorFromObject } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { indexByController } from '../controller-revisions/claims';
import { Expectations } from '../expectations';
import { ownedPodHandlers } from '../owned-pods';
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
    const offerOrphan = ({ metadata }: Pod | ControllerRevision): void =>
      sets.list(metadata?.namespace).filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata?.labels)).forEach(enqueue);
    pods.onChange(ownedPodHandlers({ kind: 'DaemonSet', expectations, enqueue: (key) => loop.enqueue(key), offerOrphan }));
    const revisionChanged = (revision: ControllerRevision): void => {
      const owner = controllerOf(revision);
      if (owner?.kind === 'DaemonSet') loop.enqueue(`${revision.metadata?.namespace}/${owner.name}`);
      else if (!owner) offerOrphan(revision);
    };
    revisions.onChange({ added: revisionChanged, updated: revisionChanged, deleted: revisionChanged });
    return (signal) => loop.run(signal);
  },
};

