import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepField, keepSpec } from '../strategies';

export const resourceQuota = defineKind(resources.resourceQuotas, {
  shortNames: ['quota'],
  strategy: {
    prepareForCreate: (next) => {
      next.status = {};
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
  },
  statusStrategy: keepSpec,
});
