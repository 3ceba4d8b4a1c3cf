import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { countGeneration, startGeneration } from '../strategies';
import { sameValue } from '../validation/checks';

export const podTemplate = defineKind(resources.podTemplates, {
  hasGeneration: true,
  strategy: {
    prepareForCreate: startGeneration,
    prepareForUpdate: (next, previous) => countGeneration(next, previous, !sameValue(next.template, previous.template)),
  },
});
