import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepField, keepSpec } from '../strategies';

export const volumeAttachment = defineKind(resources.volumeAttachments, {
  strategy: {
    prepareForCreate: (next) => {
      next.status = { attached: false };
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
  },
  statusStrategy: keepSpec,
});
