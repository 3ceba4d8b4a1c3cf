import type { Pod } from '@typernetes/api';

/** Keys of the claims that a pod uses, `namespace/name`; those of ephemeral volumes are named after the pod. */
export function claimKeysOf({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name: volume, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata?.name}-${volume}` : undefined);
    return claim === undefined ? [] : [`${metadata?.namespace}/${claim}`];
  });
}
