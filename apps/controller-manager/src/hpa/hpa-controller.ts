import type { V2HorizontalPodAutoscaler } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { HpaActor } from './hpa-actor';

/** How often figures are looked at (--horizontal-pod-autoscaler-sync-period). */
const syncPeriodMs = 15_000;

/** Scales what HorizontalPodAutoscalers name, by the figures that they name. */
export const hpaController: ControllerDefinition = {
  name: 'horizontal-pod-autoscaler-controller',
  setUp(context) {
    const { informers } = context;
    const autoscalers = informers.informer(resources.horizontalPodAutoscalers);
    informers.informer(resources.pods);
    const actor = new HpaActor(context);
    const loop = newController(context, this.name, async (key) => {
      const autoscaler = autoscalers.get(key);
      if (!autoscaler) return;
      await actor.reconcile(autoscaler);
      return { requeueAfterMs: syncPeriodMs };
    });
    const enqueue = (autoscaler: V2HorizontalPodAutoscaler): void => loop.enqueue(keyOf(autoscaler));
    autoscalers.onChange({
      added: enqueue,
      updated: (autoscaler, previous) => {
        // Its own status is no reason to look again.
        if (autoscaler.metadata?.generation !== previous.metadata?.generation || JSON.stringify(autoscaler.spec) !== JSON.stringify(previous.spec)) enqueue(autoscaler);
      },
      deleted: (autoscaler) => actor.forget(autoscaler),
    });
    return (signal) => loop.run(signal);
  },
};
