import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepSpec, withStatusOf } from '../strategies';

export const cronJob = defineKind(resources.cronJobs, {
  shortNames: ['cj'],
  categories: ['all'],
  hasGeneration: true,
  strategy: withStatusOf({}),
  statusStrategy: keepSpec,
});
