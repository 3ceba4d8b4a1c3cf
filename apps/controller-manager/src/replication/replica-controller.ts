import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, isPodTerminating } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { indexByController } from '../controller-revisions/claims';
import { Expectations } from '../expectations';
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
      const ownerKey = (pod: Pod): string | undefined => {
        const owner = controllerOf(pod);
        return owner?.kind === style.gvk.kind ? `${pod.metadata?.namespace}/${owner.name}` : undefined;
      };
      const changed = (pod: Pod): void => {
        const key = ownerKey(pod);
        if (key) {
          expectations.sawCreation(key, pod.metadata?.uid ?? '');
          if (isPodTerminating(pod)) expectations.sawDeletion(key, pod.metadata?.uid ?? '');
          loop.enqueue(key);
        } else if (!controllerOf(pod)) {
          // An orphan may be what an owner is waiting for.
          owners.list(pod.metadata?.namespace).filter((owner) => style.selectorOf(owner).matches(pod.metadata?.labels ?? {})).forEach(enqueue);
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
      return (signal) => loop.run(signal);
    },
  };
}
