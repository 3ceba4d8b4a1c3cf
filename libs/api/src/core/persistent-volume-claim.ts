import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepField, keepSpec } from '../strategies';

export const persistentVolumeClaim = defineKind(resources.persistentVolumeClaims, {
  shortNames: ['pvc'],
  strategy: {
    prepareForCreate: (next) => {
      next.status = { phase: 'Pending' };
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
  },
  statusStrategy: keepSpec,
});
