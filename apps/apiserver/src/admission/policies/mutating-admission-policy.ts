import { resources, type MutatingAdmissionPolicy, type MutatingAdmissionPolicyBinding } from '@typernetes/api';
import { CelError } from '@typernetes/cel';
import { ApiError, deepCopy, jsonEqual, type KubernetesObject } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import { become } from '../changed-object';
import { forbid } from '../forbid';
import { bindingsOf, dynamic, meetsAll, namespaceReader, paramsOf, type PolicyParts } from './bindings';
import { isAbout } from './matching';
import { compileMutatingPolicy, mutated, type CompiledMutatingPolicy } from './mutations';

/** A policy, a binding and a parameter: what is asked about a write. */
interface Invocation {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding: MutatingAdmissionPolicyBinding;
  readonly param: KubernetesObject | undefined;
}

interface Failure {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding?: MutatingAdmissionPolicyBinding;
  readonly message: string;
  readonly reason?: string;
}

/** What the first pass leaves for the second. */
interface Pass {
  /** Those that were asked before something changed the object, and wish to be asked again then. */
  readonly again: ReadonlySet<Invocation>;
  /** All that wish so. */
  readonly willing: ReadonlySet<Invocation>;
  /** The object after the pass. */
  readonly output: KubernetesObject;
}

const nameOf = ({ metadata }: { metadata?: { name?: string } }): string => metadata?.name ?? '';
const byName = (a: { metadata?: { name?: string } }, b: { metadata?: { name?: string } }): number => (nameOf(a) < nameOf(b) ? -1 : 1);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const textOf = ({ policy, binding, message }: Failure): string => (binding ? `policy '${nameOf(policy)}' with binding '${nameOf(binding)}' denied request: ${message}` : `policy '${nameOf(policy)}' denied request: ${message}`);

/** The first failure is the answer, all are its causes; those of policies that may fail count for nothing. */
function refuse(context: AdmissionContext, failures: readonly Failure[]): void {
  const counted = failures.filter(({ policy }) => policy.spec?.failurePolicy !== 'Ignore');
  const [first] = counted;
  if (!first) return;
  const { status } = forbid(context, 'admission request denied by policy');
  throw new ApiError({ ...status, message: textOf(first), ...(first.reason ? { reason: first.reason } : {}), details: { ...status.details, causes: counted.map((failure) => ({ message: textOf(failure) })) } });
}

/** Changes writes by MutatingAdmissionPolicies (KEP-3962). Costs nothing while no policy is bound. */
class MutatingPolicies {
  /** By the policy as it stands: a changed one is another object. */
  private readonly compiled = new WeakMap<MutatingAdmissionPolicy, CompiledMutatingPolicy>();
  private readonly passes = new WeakMap<AdmissionContext, Pass>();
  private readonly namespaceOf;

  constructor(private readonly parts: PolicyParts) {
    this.namespaceOf = namespaceReader(parts.objects);
  }

  async first(context: AdmissionContext): Promise<void> {
    if (!context.object) return;
    const failures: Failure[] = [];
    const invocations = await this.invocationsOf(context, failures);
    if (invocations.length > 0) this.passes.set(context, this.run(context, context.object, invocations, failures));
    refuse(context, failures);
  }

  /** Asks once more those that wish it and have not seen what came after them: of other policies, or of webhooks. */
  second(context: AdmissionContext): void {
    const { object } = context;
    const pass = this.passes.get(context);
    if (!object || !pass) return;
    const asked = jsonEqual(object, pass.output) ? pass.again : pass.willing;
    if (asked.size === 0) return;
    const failures: Failure[] = [];
    this.run(context, object, [...asked], failures);
    refuse(context, failures);
  }

  private async invocationsOf(context: AdmissionContext, failures: Failure[]): Promise<Invocation[]> {
    const bindings = this.parts.objects.list(resources.mutatingAdmissionPolicyBindings);
    if (bindings.length === 0) return [];
    const found: Invocation[] = [];
    for (const policy of [...this.parts.objects.list(resources.mutatingAdmissionPolicies)].sort(byName)) {
      if (!policy.spec || !isAbout(policy.spec.matchConstraints ?? {}, context, this.namespaceOf)) continue;
      for (const binding of bindings.filter(({ spec }) => spec?.policyName === nameOf(policy)).sort(byName)) {
        if (!isAbout(binding.spec?.matchResources ?? {}, context, this.namespaceOf)) continue;
        try {
          for (const param of await paramsOf(this.parts, policy.spec, binding.spec ?? {}, context)) found.push({ policy, binding, param });
        } catch (error) {
          failures.push({ policy, binding, message: `failed to configure binding: ${messageOf(error)}` });
        }
      }
    }
    return found;
  }

  private run(context: AdmissionContext, object: KubernetesObject, invocations: readonly Invocation[], failures: Failure[]): Pass {
    const again = new Set<Invocation>();
    const willing = new Set<Invocation>();
    for (const invocation of invocations) {
      const before = deepCopy(object);
      if (!this.invoke(context, object, invocation, failures)) continue;
      if (!jsonEqual(before, object)) for (const earlier of willing) again.add(earlier);
      if (invocation.policy.spec?.reinvocationPolicy === 'IfNeeded') willing.add(invocation);
    }
    return { again, willing, output: deepCopy(object) };
  }

  /** @returns whether the policy was for this write */
  private invoke(context: AdmissionContext, object: KubernetesObject, { policy, binding, param }: Invocation, failures: Failure[]): boolean {
    const fail = (error: unknown): void => {
      if (!(error instanceof CelError)) throw error;
      failures.push({ policy, binding, message: error.message, reason: 'Invalid' });
    };
    const bound = (program: CompiledMutatingPolicy): Record<string, unknown> => program.bind({ ...bindingsOf(context, this.namespaceOf), params: dynamic(param) });
    try {
      const program = this.compiledOf(policy);
      if (!meetsAll(program.conditions, bound(program))) return false;
      for (const mutation of program.mutations) {
        try {
          become(object, mutated(context.kind, deepCopy(object), mutation, bound(program)));
        } catch (error) {
          fail(error);
        }
      }
    } catch (error) {
      fail(error);
      return false;
    }
    return true;
  }

  private compiledOf(policy: MutatingAdmissionPolicy): CompiledMutatingPolicy {
    const known = this.compiled.get(policy) ?? compileMutatingPolicy(policy.spec ?? {});
    this.compiled.set(policy, known);
    return known;
  }
}

const operations = ['CREATE', 'UPDATE', 'CONNECT'] as const;

/** Two steps of the chain: before the mutating webhooks, and after them for those policies that wish to be asked again. */
export function mutatingAdmissionPolicies(parts: PolicyParts): readonly [first: AdmissionPlugin, again: AdmissionPlugin] {
  const policies = new MutatingPolicies(parts);
  return [
    { name: 'MutatingAdmissionPolicy', operations, admit: (context) => policies.first(context) },
    { name: 'MutatingAdmissionPolicyReinvocation', operations, admit: (context) => policies.second(context) },
  ];
}
