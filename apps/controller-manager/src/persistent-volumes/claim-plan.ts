import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '@typernetes/api';
import { chosenStorageClass, findVolumeFor, hasVolumeAnnotation, isVolumeReservedFor, storageClassNameOf, volumeAnnotations, volumeMismatch } from '@typernetes/api';

/** What the binder knows when it looks at a claim. */
export interface ClaimView {
  claim: PersistentVolumeClaim;
  volumes: readonly PersistentVolume[];
  classes: readonly StorageClass[];
  /** A pod that uses the claim and has no node yet. */
  waitingPod: string | undefined;
  /** The node of a pod that waits for the claim there: one that did not pass through a scheduler that knows of claims. */
  consumerNode?: string;
}

interface ClaimEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export type ClaimStep =
  | { do: 'nothing' }
  /** Not bound yet: the event says what it waits for. */
  | { do: 'wait'; event?: ClaimEvent }
  | { do: 'bind'; volume: PersistentVolume }
  /** A volume has to be made by the provisioner of the class. */
  | { do: 'provision'; storageClass: StorageClass }
  /** It names no class, and now there is a default one (KEP-3333). */
  | { do: 'set-class'; className: string }
  | { do: 'lose'; event: ClaimEvent };

const waitFor = (reason: string, message: string, type: ClaimEvent['type'] = 'Normal'): ClaimStep => ({ do: 'wait', event: { type, reason, message } });
const lost = (reason: string, message: string): ClaimStep => ({ do: 'lose', event: { type: 'Warning', reason, message } });

/** What has to happen to a claim (API documentation "Persistent Volumes", lifecycle of a volume and claim). */
export function planClaim(view: ClaimView): ClaimStep {
  return hasVolumeAnnotation(view.claim, volumeAnnotations.bindCompleted) ? planBound(view) : planUnbound(view);
}

function planBound({ claim, volumes }: ClaimView): ClaimStep {
  const name = claim.spec?.volumeName;
  if (!name) return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = volumes.find(({ metadata }) => metadata?.name === name);
  if (!volume) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  if (volume.spec?.claimRef && volume.spec.claimRef.uid !== claim.metadata?.uid) return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
  return { do: 'bind', volume };
}

function planUnbound(view: ClaimView): ClaimStep {
  const { claim, volumes } = view;
  if (claim.metadata?.deletionTimestamp) return { do: 'nothing' };
  const name = claim.spec?.volumeName;
  if (!name) return planSearch(view);
  const volume = volumes.find(({ metadata }) => metadata?.name === name);
  if (!volume) return { do: 'wait' };
  if (!volume.spec?.claimRef) {
    const why = volumeMismatch(volume, claim);
    return why ? waitFor('VolumeMismatch', `Cannot bind to requested volume ${JSON.stringify(name)}: ${why}`, 'Warning') : { do: 'bind', volume };
  }
  if (isVolumeReservedFor(volume, claim)) return { do: 'bind', volume };
  return waitFor('FailedBinding', `volume ${JSON.stringify(name)} already bound to a different claim.`, 'Warning');
}

function planSearch(view: ClaimView): ClaimStep {
  const { claim, volumes, classes, waitingPod, consumerNode } = view;
  const className = storageClassNameOf(claim);
  if (className === undefined) {
    const chosen = chosenStorageClass(classes)?.metadata?.name;
    if (chosen) return { do: 'set-class', className: chosen };
  }
  const storageClass = classes.find(({ metadata }) => metadata?.name === className);
  const waitsForConsumer = storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !hasVolumeAnnotation(claim, volumeAnnotations.selectedNode) && !consumerNode;
  const volume = findVolumeFor(claim, volumes, waitsForConsumer);
  if (volume) return { do: 'bind', volume };
  if (waitsForConsumer) {
    return waitingPod
      ? waitFor('WaitForPodScheduled', `waiting for pod ${waitingPod} to be scheduled`)
      : waitFor('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  }
  if (!className) return waitFor('FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  if (!storageClass) return waitFor('ProvisioningFailed', `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`, 'Warning');
  return { do: 'provision', storageClass };
}
