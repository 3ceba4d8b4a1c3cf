import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const secret = defineKind(resources.secrets, {
  selectableFields: { type: (secret) => secret.type ?? '' },
  strategy: {
    prepareForUpdate: (next, previous) => {
      // Clients from before types existed leave it out.
      if (!next.type && previous.type) next.type = previous.type;
    },
  },
});
