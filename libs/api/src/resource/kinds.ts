import { defineKind } from '../define-kind';
import type { ResourceSlice } from '../generated/types';
import { resources } from '../resources';
import { countGenerationOfSpec, keepSpec, keepStatus, specAlone, startGeneration } from '../strategies';

/** A taint counts from when it was seen first. */
function stampTaints({ spec }: ResourceSlice, now: string): void {
  for (const { taints } of spec?.devices ?? []) {
    for (const taint of taints ?? []) taint.timeAdded ??= now;
  }
}

export const deviceClass = defineKind(resources.deviceClasses, specAlone);
export const resourceClaim = defineKind(resources.resourceClaims, { strategy: keepStatus, statusStrategy: keepSpec });
export const resourceClaimTemplate = defineKind(resources.resourceClaimTemplates);

export const resourceSlice = defineKind(resources.resourceSlices, {
  hasGeneration: true,
  strategy: {
    prepareForCreate: (next, { now }) => {
      stampTaints(next, now);
      startGeneration(next);
    },
    prepareForUpdate: (next, previous, { now }) => {
      stampTaints(next, now);
      countGenerationOfSpec(next, previous);
    },
  },
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.driver': ({ spec }) => spec?.driver ?? '',
  },
});
