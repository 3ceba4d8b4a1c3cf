import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { startGeneration } from '../strategies';

export const priorityClass = defineKind(resources.priorityClasses, {
  shortNames: ['pc'],
  hasGeneration: true,
  strategy: { prepareForCreate: startGeneration },
});
