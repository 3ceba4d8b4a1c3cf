import { resources, type ValidatingAdmissionPolicy, type ValidatingAdmissionPolicyBinding } from '@typernetes/api';
import { CelError } from '@typernetes/cel';
import { ApiError, reasonCodes } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import { forbid } from '../forbid';
import { bindingsOf, dynamic, namespaceReader, paramsOf, type PolicyParts } from './bindings';
import { compilePolicy, violationsOf, type CompiledPolicy, type Violation } from './compile';
import { isAbout } from './matching';

/** A refusal with the reason that the policy gives. */
function denial(context: AdmissionContext, { message, reason }: Violation): ApiError {
  const { status } = forbid(context, message);
  const code = (reasonCodes as Readonly<Record<string, number>>)[reason] ?? status.code;
  return new ApiError({ ...status, reason, code, details: { ...status.details, causes: [{ message }] } });
}

/** Judges writes by ValidatingAdmissionPolicies (KEP-3488). Costs nothing while no policy is bound. */
export function validatingAdmissionPolicies(parts: PolicyParts): AdmissionPlugin {
  const { objects } = parts;
  /** By the policy as it stands: a changed one is another object. */
  const compiled = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>();
  const namespaceOf = namespaceReader(objects);

  function compiledOf(policy: ValidatingAdmissionPolicy): CompiledPolicy {
    const known = compiled.get(policy) ?? compilePolicy(policy);
    compiled.set(policy, known);
    return known;
  }

  async function judge(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding, context: AdmissionContext): Promise<Violation[]> {
    const failurePolicy = policy.spec?.failurePolicy;
    try {
      const program = compiledOf(policy);
      const bindings = bindingsOf(context, namespaceOf);
      const params = await paramsOf(parts, policy.spec ?? {}, binding.spec, context);
      return params.flatMap((one) => violationsOf(program, { ...bindings, params: dynamic(one) }, failurePolicy));
    } catch (error) {
      if (failurePolicy === 'Ignore') return [];
      const what = error instanceof Error ? error.message : String(error);
      return [{ message: error instanceof CelError ? what : `failed to configure binding: ${what}`, reason: 'Invalid' }];
    }
  }

  return {
    name: 'ValidatingAdmissionPolicy',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    validate: async (context) => {
      const bindings = objects.list(resources.validatingAdmissionPolicyBindings);
      for (const binding of bindings) {
        const policy = objects.get(resources.validatingAdmissionPolicies, binding.spec.policyName);
        if (!policy?.spec || !isAbout(policy.spec.matchConstraints ?? {}, context, namespaceOf) || !isAbout(binding.spec.matchResources ?? {}, context, namespaceOf)) continue;
        for (const { message, reason } of await judge(policy, binding, context)) {
          const names = `ValidatingAdmissionPolicy '${policy.metadata?.name}' with binding '${binding.metadata?.name}'`;
          if (binding.spec.validationActions.includes('Warn')) context.warn(`Validation failed for ${names}: ${message}`);
          if (binding.spec.validationActions.includes('Deny')) throw denial(context, { message: `${names} denied request: ${message}`, reason });
        }
      }
    },
  };
}
