import type { Deployment, ReplicaSet } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, selectorFromObject } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { indexByController } from '../controller-revisions/claims';
import { DeploymentActor } from './deployment-actor';

/** Rolls the pods of each Deployment from template to template, by ReplicaSets. */
export const deploymentController: ControllerDefinition = {
  name: 'deployment-controller',
  setUp(context) {
    const { informers } = context;
    const deployments = informers.informer(resources.deployments);
    const sets = informers.informer(resources.replicaSets);
    const pods = informers.informer(resources.pods);
    indexByController(sets);
    indexByController(pods);
    const actor = new DeploymentActor(context);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    const enqueue = (deployment: Deployment): void => loop.enqueue(keyOf(deployment));
    deployments.onChange({ added: enqueue, updated: enqueue, deleted: enqueue });
    const ownerKey = ({ metadata }: ReplicaSet): string | undefined => {
      const owner = controllerOf({ metadata });
      return owner?.kind === 'Deployment' ? `${metadata?.namespace}/${owner.name}` : undefined;
    };
    const changed = (set: ReplicaSet): void => {
      const key = ownerKey(set);
      if (key) loop.enqueue(key);
      // An orphan may be a Deployment's.
      else if (!controllerOf(set)) deployments.list(set.metadata?.namespace).filter(({ spec }) => selectorFromObject(spec?.selector).matches(set.metadata?.labels)).forEach(enqueue);
    };
    sets.onChange({
      added: changed,
      updated: (set, previous) => {
        if (controllerOf(previous)?.uid !== controllerOf(set)?.uid) changed(previous);
        changed(set);
      },
      deleted: changed,
    });
    // Recreate waits until the old pods are gone.
    pods.onChange({
      deleted: (pod) => {
        const owner = controllerOf(pod);
        if (owner?.kind !== 'ReplicaSet') return;
        const set = sets.get(`${pod.metadata?.namespace}/${owner.name}`);
        const deployment = set && deployments.get(ownerKey(set) ?? '');
        if (deployment?.spec?.strategy?.type === 'Recreate') enqueue(deployment);
      },
    });
    return (signal) => loop.run(signal);
  },
};
