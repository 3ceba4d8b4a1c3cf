import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { specAlone } from '../strategies';

/** Changes in CEL to what is written (KEP-3962). */
export const mutatingAdmissionPolicy = defineKind(resources.mutatingAdmissionPolicies, { categories: ['api-extensions'], ...specAlone });

/** Puts a policy in force, with its parameters. */
export const mutatingAdmissionPolicyBinding = defineKind(resources.mutatingAdmissionPolicyBindings, { categories: ['api-extensions'], ...specAlone });
