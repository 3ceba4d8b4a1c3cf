import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepField } from '../strategies';

export const persistentVolume = defineKind(resources.persistentVolumes, {
  shortNames: ['pv'],
  strategy: {
    prepareForCreate: (next, { now }) => {
      next.status = { phase: 'Pending', lastPhaseTransitionTime: now };
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
  },
  statusStrategy: {
    prepareForUpdate: (next, previous, { now }) => {
      keepField(next, previous, 'spec');
      const [after, before] = [next.status, previous.status];
      // Whoever moves the phase may leave the time to the server (KEP-3762).
      if (after && after.phase !== before?.phase && (after.lastPhaseTransitionTime ?? before?.lastPhaseTransitionTime) === before?.lastPhaseTransitionTime) {
        after.lastPhaseTransitionTime = now;
      }
    },
  },
});
