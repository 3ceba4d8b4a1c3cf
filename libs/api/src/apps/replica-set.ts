import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { replicasScale } from '../scale';
import { keepSpec, withStatusOf } from '../strategies';

export const replicaSet = defineKind(resources.replicaSets, {
  shortNames: ['rs'],
  categories: ['all'],
  hasGeneration: true,
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  scale: replicasScale,
  strategy: withStatusOf({ replicas: 0 }),
  statusStrategy: keepSpec,
});
