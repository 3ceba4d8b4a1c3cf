import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { indexByController } from '../controller-revisions/claims';
import { Expectations } from '../expectations';
import { ownedPodHandlers } from '../owned-pods';
import { ReplicaActor } from './replica-actor';
import type { ReplicaOwner, ReplicaStyle } from './replica-style';

/** The controller of a kind that keeps as many pods running as it is asked for. */
export function replicaController<O extends ReplicaOwner>(style: ReplicaStyle<O>): ControllerDefinition {
  return {
    name: style.name,
    setUp(context) {
      const expectations = new Expectations(context.clock);
      const actor = new ReplicaActor(context, style, expectations);
      const owners = context.informers.informer(style.type);
      const pods = context.informers.informer(resources.pods);
      indexByController(pods);
      const loop = newController(context, style.name, (key) => actor.reconcile(key));
      const enqueue = (owner: O): void => loop.enqueue(keyOf(owner));
      owners.onChange({
        added: enqueue,
        updated: enqueue,
        deleted: (owner) => {
          expectations.forget(keyOf(owner));
          enqueue(owner);
        },
      });
      const offerOrphan = ({ metadata }: Pod): void => owners.list(metadata?.namespace).filter((owner) => style.selectorOf(owner).matches(metadata?.labels ?? {})).forEach(enqueue);
      pods.onChange(ownedPodHandlers({ kind: style.gvk.kind, expectations, enqueue: (key) => loop.enqueue(key), offerOrphan }));
      return (signal) => loop.run(signal);
    },
  };
}
