import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { countGenerationOfSpec, keepField, keepSpec, startGeneration } from '../strategies';

/** Rules in CEL about what is written (KEP-3488). */
export const validatingAdmissionPolicy = defineKind(resources.validatingAdmissionPolicies, {
  categories: ['api-extensions'],
  hasGeneration: true,
  strategy: {
    prepareForCreate: (next) => {
      delete next.status;
      startGeneration(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      countGenerationOfSpec(next, previous);
    },
  },
  statusStrategy: keepSpec,
});

/** Puts a policy in force, with its parameters. */
export const validatingAdmissionPolicyBinding = defineKind(resources.validatingAdmissionPolicyBindings, {
  categories: ['api-extensions'],
  hasGeneration: true,
  strategy: { prepareForCreate: startGeneration, prepareForUpdate: countGenerationOfSpec },
});
