import { isDeepStrictEqual } from 'node:util';
import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { countGeneration, startGeneration } from '../strategies';

export const podTemplate = defineKind(resources.podTemplates, {
  hasGeneration: true,
  strategy: {
    prepareForCreate: startGeneration,
    prepareForUpdate: (next, previous) => countGeneration(next, previous, !isDeepStrictEqual(next.template, previous.template)),
  },
});
