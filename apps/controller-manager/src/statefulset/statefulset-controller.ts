import type { ControllerRevision, Pod, StatefulSet } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, selectorFromObject } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { indexByController } from '../controller-revisions/claims';
import { StatefulSetActor } from './statefulset-actor';

/** Keeps the pods of each StatefulSet, each with its own name, host name and claims. */
export const statefulSetController: ControllerDefinition = {
  name: 'statefulset-controller',
  setUp(context) {
    const { informers } = context;
    const sets = informers.informer(resources.statefulSets);
    const pods = informers.informer(resources.pods);
    const revisions = informers.informer(resources.controllerRevisions);
    informers.informer(resources.persistentVolumeClaims);
    indexByController(pods);
    indexByController(revisions);
    const actor = new StatefulSetActor(context);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    const enqueue = (set: StatefulSet): void => loop.enqueue(keyOf(set));
    sets.onChange({ added: enqueue, updated: enqueue, deleted: (set) => actor.forget(set) });
    const changed = (object: Pod | ControllerRevision): void => {
      const { namespace, labels } = object.metadata ?? {};
      const owner = controllerOf(object);
      if (owner?.kind === 'StatefulSet') loop.enqueue(`${namespace}/${owner.name}`);
      else if (!owner) sets.list(namespace).filter(({ spec }) => selectorFromObject(spec?.selector).matches(labels)).forEach(enqueue);
    };
    const updated = (object: Pod | ControllerRevision, previous: Pod | ControllerRevision): void => {
      if (controllerOf(previous)?.uid !== controllerOf(object)?.uid) changed(previous);
      changed(object);
    };
    pods.onChange({ added: changed, updated, deleted: changed });
    revisions.onChange({ added: changed, updated, deleted: changed });
    return (signal) => loop.run(signal);
  },
};
