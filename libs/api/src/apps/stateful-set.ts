import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { replicasScale } from '../scale';
import { keepSpec, withStatusOf } from '../strategies';

export const statefulSet = defineKind(resources.statefulSets, {
  shortNames: ['sts'],
  categories: ['all'],
  hasGeneration: true,
  scale: replicasScale,
  strategy: withStatusOf({ replicas: 0, availableReplicas: 0 }),
  statusStrategy: keepSpec,
});
