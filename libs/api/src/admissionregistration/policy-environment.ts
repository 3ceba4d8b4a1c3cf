import { allowMutations, compileExpression, newEnvironment, type Program } from '@typernetes/cel';
import type { ValidatingAdmissionPolicySpec } from '../generated/types';

type Environment = ReturnType<typeof newEnvironment>;

/** Expressions of one policy, made ready. */
export interface CompiledVariables {
  readonly environment: Environment;
  /** Binds the variables to what expressions may speak of. */
  bind(bindings: Record<string, unknown>): Record<string, unknown>;
}

export interface CompileOptions {
  readonly onError?: (index: number, error: unknown) => void;
  readonly isMutating?: boolean;
}

/** What expressions of a policy may speak of (API docs: "Validating Admission Policy"). */
function baseEnvironment(hasParams: boolean): Environment {
  const environment = newEnvironment();
  for (const name of ['object', 'oldObject', 'request', 'namespaceObject', ...(hasParams ? ['params'] : [])]) environment.registerVariable(name, 'dyn');
  return environment;
}

function declareVariables(environment: Environment, names: readonly string[]): { make(values: ReadonlyMap<string, () => unknown>): object } {
  class PolicyVariables {
    constructor(values: ReadonlyMap<string, () => unknown>) {
      for (const [name, value] of values) Object.defineProperty(this, name, { get: value, enumerable: true });
    }
  }
  environment.registerType('PolicyVariables', { ctor: PolicyVariables, fields: Object.fromEntries(names.map((name) => [name, 'dyn'])) });
  environment.registerVariable('variables', 'PolicyVariables');
  return { make: (values) => new PolicyVariables(values) };
}

/**
 * Compiles a policy's variables; each may speak of those before it.
 *
 * @param options `isMutating`: expressions, other than the variables', may make objects
 * @throws CelError, unless `onError` takes it
 */
export function compileVariables({ variables = [], paramKind }: Pick<ValidatingAdmissionPolicySpec, 'paramKind' | 'variables'>, { onError, isMutating = false }: CompileOptions = {}): CompiledVariables {
  const programs: { name: string; program: Program; own: ReturnType<typeof declareVariables> }[] = [];
  for (const [index, { name, expression }] of variables.entries()) {
    const environment = baseEnvironment(paramKind !== undefined);
    const own = declareVariables(environment, variables.slice(0, index).map((variable) => variable.name));
    try {
      programs.push({ name, program: compileExpression(expression, environment), own });
    } catch (error) {
      if (!onError) throw error;
      onError(index, error);
    }
  }
  const environment = baseEnvironment(paramKind !== undefined);
  if (isMutating) allowMutations(environment);
  const declared = declareVariables(environment, variables.map(({ name }) => name));
  return {
    environment,
    bind: (bindings) => {
      const known = new Map<string, unknown>();
      const values = new Map<string, () => unknown>();
      for (const { name, program, own } of programs) {
        values.set(name, () => {
          if (!known.has(name)) known.set(name, program.evaluate({ ...bindings, variables: own.make(values) }));
          return known.get(name);
        });
      }
      return { ...bindings, variables: declared.make(values) };
    },
  };
}
