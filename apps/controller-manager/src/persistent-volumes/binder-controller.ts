import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@typernetes/api';
import { resources, hasVolumeAnnotation, volumeAnnotations } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { ClaimActor } from './claim-actor';
import { claimKeysOf, indexByClaim } from './pods-by-claim';
import { VolumeActor } from './volume-actor';

const claimPrefix = 'claim ';
const volumePrefix = 'volume ';

/** Brings claims and volumes together, has volumes made where there are none, and reclaims those whose claim has gone. */
export const persistentVolumeBinder: ControllerDefinition = {
  name: 'persistentvolume-binder-controller',
  setUp(context) {
    const { informers } = context;
    const claims = informers.informer(resources.persistentVolumeClaims);
    const volumes = informers.informer(resources.persistentVolumes);
    const classes = informers.informer(resources.storageClasses);
    const pods = informers.informer(resources.pods);
    informers.informer(resources.nodes);
    indexByClaim(pods);
    const events = context.events('persistentvolume-controller');
    const claimActor = new ClaimActor(context, events);
    const volumeActor = new VolumeActor(context, events);
    // One worker: two claims must not take one volume, nor one claim two.
    const loop = newController(
      context,
      this.name,
      (key) => (key.startsWith(claimPrefix) ? claimActor.reconcile(key.slice(claimPrefix.length)) : volumeActor.reconcile(key.slice(volumePrefix.length))),
      1,
    );
    const enqueueClaim = (key: string): void => loop.enqueue(claimPrefix + key);
    const enqueueVolume = (name: string | undefined): void => {
      if (name) loop.enqueue(volumePrefix + name);
    };
    const isUnbound = (claim: PersistentVolumeClaim): boolean => !hasVolumeAnnotation(claim, volumeAnnotations.bindCompleted);
    const enqueueUnbound = (): void => claims.list().filter(isUnbound).forEach((claim) => enqueueClaim(keyOf(claim)));
    const claimChanged = (claim: PersistentVolumeClaim): void => {
      enqueueClaim(keyOf(claim));
      enqueueVolume(claim.spec?.volumeName);
    };
    claims.onChange({
      added: claimChanged,
      updated: claimChanged,
      deleted: (claim) => {
        claimActor.forget(claim);
        enqueueVolume(claim.spec?.volumeName);
      },
    });
    const volumeChanged = (volume: PersistentVolume): void => {
      enqueueVolume(volume.metadata?.name);
      const { claimRef } = volume.spec ?? {};
      if (claimRef) enqueueClaim(`${claimRef.namespace}/${claimRef.name}`);
      else enqueueUnbound();
    };
    volumes.onChange({ added: volumeChanged, updated: volumeChanged, deleted: volumeChanged });
    classes.onChange({ added: enqueueUnbound, updated: enqueueUnbound, deleted: enqueueUnbound });
    const podChanged = (pod: Pod): void => {
      for (const key of claimKeysOf(pod)) {
        const claim = claims.get(key);
        if (claim && isUnbound(claim)) enqueueClaim(key);
      }
    };
    pods.onChange({
      added: podChanged,
      updated: (pod, previous) => {
        if (pod.spec?.nodeName !== previous.spec?.nodeName) podChanged(pod);
      },
    });
    return (signal) => loop.run(signal);
  },
};
