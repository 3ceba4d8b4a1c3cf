import type { Pod } from '@typernetes/api';
import type { InformerHandlers } from '@typernetes/client';
import { controllerOf, isPodTerminating } from '@typernetes/machinery';
import type { Expectations } from './expectations';

/** Whose pods are followed, and who hears of them. */
export interface PodOwners {
  /** Of the owners, as owner references have it. */
  readonly kind: string;
  readonly expectations: Expectations;
  enqueue(key: string): void;
  /** Tells the owners that an orphan may be what they are waiting for. */
  offerOrphan(pod: Pod): void;
}

/** Handlers of pods for a controller of one kind of owners: its expectations see what they wait for, and owners look again. */
export function ownedPodHandlers({ kind, expectations, enqueue, offerOrphan }: PodOwners): InformerHandlers<Pod> {
  const ownerKey = (pod: Pod): string | undefined => {
    const owner = controllerOf(pod);
    return owner?.kind === kind ? `${pod.metadata?.namespace}/${owner.name}` : undefined;
  };
  const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? '';
  const left = (key: string, pod: Pod): void => {
    expectations.sawDeletion(key, uidOf(pod));
    enqueue(key);
  };
  const changed = (pod: Pod): void => {
    const key = ownerKey(pod);
    if (key) {
      expectations.sawCreation(key, uidOf(pod));
      if (isPodTerminating(pod)) expectations.sawDeletion(key, uidOf(pod));
      enqueue(key);
    } else if (!controllerOf(pod)) offerOrphan(pod);
  };
  return {
    added: changed,
    updated: (pod, previous) => {
      const before = ownerKey(previous);
      // Lost to the owner, as if it were gone: nothing further is to be seen of it under this key.
      if (before && before !== ownerKey(pod)) left(before, pod);
      changed(pod);
    },
    deleted: (pod) => {
      const key = ownerKey(pod);
      if (key) left(key, pod);
    },
  };
}
