import { resources, type Namespace, type ValidatingAdmissionPolicy, type ValidatingAdmissionPolicyBinding } from '@typernetes/api';
import { CelError, convertDynamic } from '@typernetes/cel';
import type { ApiClient } from '@typernetes/client';
import { ApiError, reasonCodes, type KubernetesObject } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import type { ObjectReader } from '../../pipeline/object-reader';
import { forbid } from '../forbid';
import { reviewRequest } from '../webhooks/review';
import { compilePolicy, violationsOf, type CompiledPolicy, type Violation } from './compile';
import { isAbout } from './matching';
import { findParams } from './params';

export interface PolicyParts {
  readonly objects: ObjectReader;
  readonly client: ApiClient;
}

const dynamic = (value: unknown): unknown => convertDynamic(value ?? null);

/** A refusal with the reason that the policy gives. */
function denial(context: AdmissionContext, { message, reason }: Violation): ApiError {
  const { status } = forbid(context, message);
  const code = (reasonCodes as Readonly<Record<string, number>>)[reason] ?? status.code;
  return new ApiError({ ...status, reason, code, details: { ...status.details, causes: [{ message }] } });
}

/** Judges writes by ValidatingAdmissionPolicies (KEP-3488). Costs nothing while no policy is bound. */
export function validatingAdmissionPolicies({ objects, client }: PolicyParts): AdmissionPlugin {
  /** By the policy as it stands: a changed one is another object. */
  const compiled = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>();
  const namespaceOf = (name: string): Namespace | undefined => objects.get(resources.namespaces, name);

  function compiledOf(policy: ValidatingAdmissionPolicy): CompiledPolicy {
    const known = compiled.get(policy) ?? compilePolicy(policy);
    compiled.set(policy, known);
    return known;
  }

  /** The parameters of a binding, one for each time that the policy is asked. @throws Error that says what is wrong with the binding */
  async function paramsOf({ spec: policy }: ValidatingAdmissionPolicy, { spec: binding }: ValidatingAdmissionPolicyBinding, { namespace }: AdmissionContext): Promise<readonly (KubernetesObject | undefined)[]> {
    if (!policy?.paramKind || !binding.paramRef) return [undefined];
    const found = await findParams(policy.paramKind, binding.paramRef, { objects, client, namespace });
    if (found.length > 0) return found;
    if (binding.paramRef.parameterNotFoundAction === 'Allow') return [];
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  }

  async function judge(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding, context: AdmissionContext): Promise<Violation[]> {
    const failurePolicy = policy.spec?.failurePolicy;
    try {
      const program = compiledOf(policy);
      const { object, previous, namespace } = context;
      const { object: _object, oldObject: _old, ...request } = reviewRequest(context, '');
      const namespaceObject = namespace ? namespaceOf(namespace) : undefined;
      const bindings = { object: dynamic(object), oldObject: dynamic(previous), request: dynamic(request), namespaceObject: dynamic(namespaceObject) };
      const params = await paramsOf(policy, binding, context);
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
