import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { hasReason, isControlledBy } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { ephemeralClaims } from './ephemeral-claims';

/** Makes the claims of pods with generic ephemeral volumes; they go with their pod. */
export const ephemeralVolumeController: ControllerDefinition = {
  name: 'ephemeral-volume-controller',
  setUp(context) {
    const { client, informers } = context;
    const pods = informers.informer(resources.pods);
    const claims = informers.informer(resources.persistentVolumeClaims);
    const events = context.events('ephemeral_volume');
    const loop = newController(context, this.name, async (key) => {
      const pod = pods.get(key);
      if (!pod || pod.metadata?.deletionTimestamp) return;
      for (const { volume, claim } of ephemeralClaims(pod)) {
        const known = claims.get(keyOf(claim));
        if (known && isControlledBy(known, pod)) continue;
        try {
          if (known) throw new Error(`PVC ${keyOf(claim)} was not created for pod ${key} (pod is not owner)`);
          await client.resource(resources.persistentVolumeClaims).create(claim);
        } catch (error) {
          // Made by us a moment ago, or by somebody else: the cache will say.
          if (!hasReason(error, 'AlreadyExists')) events.record({ type: resources.pods, object: pod }, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: ${error instanceof Error ? error.message : String(error)}`);
          throw error;
        }
      }
    });
    const enqueue = (pod: Pod): void => {
      if (ephemeralClaims(pod).length) loop.enqueue(keyOf(pod));
    };
    pods.onChange({ added: enqueue });
    claims.onChange({
      deleted: ({ metadata }) => {
        const owner = metadata?.ownerReferences?.find(({ kind, controller }) => controller && kind === 'Pod');
        if (owner) loop.enqueue(`${metadata?.namespace}/${owner.name}`);
      },
    });
    return (signal) => loop.run(signal);
  },
};
