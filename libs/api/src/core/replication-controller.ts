import type { KubernetesObject } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { ReplicationController } from '../generated/types';
import { resources } from '../resources';
import { countGenerationOfSpec, keepField, startGeneration } from '../strategies';

/** A map selector in the form of a label selector: `a=b,c=d`, keys in order. */
function selectorText(controller: KubernetesObject & ReplicationController): string {
  return Object.entries(controller.spec?.selector ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

export const replicationController = defineKind(resources.replicationControllers, {
  shortNames: ['rc'],
  categories: ['all'],
  storagePath: 'controllers',
  hasGeneration: true,
  orphansByDefault: true,
  selectableFields: { 'status.replicas': (controller) => String(controller.status?.replicas ?? 0) },
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: selectorText },
  strategy: {
    prepareForCreate: (next) => {
      next.status = { replicas: 0 };
      startGeneration(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      countGenerationOfSpec(next, previous);
    },
  },
  statusStrategy: { prepareForUpdate: (next, previous) => keepField(next, previous, 'spec') },
});
