import type { Pod } from '@typernetes/api';
import type { Informer } from '@typernetes/client';

const byClaim = 'persistentVolumeClaim';

/** Keys of the claims that a pod's volumes are: named ones, and those that are made for it (generic ephemeral volumes). */
export function claimKeysOf({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [`${metadata?.namespace}/${persistentVolumeClaim.claimName}`];
    return ephemeral ? [`${metadata?.namespace}/${metadata?.name}-${name}`] : [];
  });
}

/** So that a claim finds its pods. Before the informers start. */
export function indexByClaim(pods: Informer<Pod>): void {
  pods.addIndex(byClaim, claimKeysOf);
}

export const podsOfClaim = (pods: Informer<Pod>, claimKey: string): Pod[] => pods.byIndex(byClaim, claimKey);
