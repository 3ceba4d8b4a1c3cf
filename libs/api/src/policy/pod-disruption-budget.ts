import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepSpec, withStatusOf } from '../strategies';

export const podDisruptionBudget = defineKind(resources.podDisruptionBudgets, {
  shortNames: ['pdb'],
  hasGeneration: true,
  strategy: withStatusOf({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
  statusStrategy: keepSpec,
});
