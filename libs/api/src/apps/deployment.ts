import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { replicasScale } from '../scale';
import { countGenerationOfSpecAndAnnotations, keepField, keepSpecAndLabels, startGeneration } from '../strategies';

export const deployment = defineKind(resources.deployments, {
  shortNames: ['deploy'],
  categories: ['all'],
  hasGeneration: true,
  scale: replicasScale,
  strategy: {
    prepareForCreate: (next) => {
      next.status = {};
      startGeneration(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      countGenerationOfSpecAndAnnotations(next, previous);
    },
  },
  statusStrategy: keepSpecAndLabels,
});
