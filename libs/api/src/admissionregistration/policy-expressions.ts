/** Expressions of policies, compiled in the environment of the policy, so that everybody hears of mistakes when it is written. */
import { CelError, compileExpression } from '@typernetes/cel';
import { fieldError } from '@typernetes/machinery';
import type { ValidatingAdmissionPolicySpec } from '../generated/types';
import { checkRequired, type Errors } from '../validation/checks';
import { compileVariables, type CompiledVariables, type CompileOptions } from './policy-environment';

export function checkExpression(out: Errors, field: string, { environment }: CompiledVariables, { expression = '', returns }: { expression?: string; returns?: readonly string[] }): void {
  if (!checkRequired(out, field, expression.trim())) return;
  try {
    compileExpression(expression, environment, returns);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    out.push(fieldError.invalid(field, expression, error.message));
  }
}

/** The environment of the other expressions, whatever variables it lacks. */
export function checkVariablesAndConditions(out: Errors, spec: Pick<ValidatingAdmissionPolicySpec, 'matchConditions' | 'paramKind' | 'variables'>, options: Pick<CompileOptions, 'isMutating'> = {}): CompiledVariables {
  const onError = (index: number, error: unknown): void => {
    if (!(error instanceof CelError)) throw error;
    out.push(fieldError.invalid(`spec.variables[${index}].expression`, spec.variables?.[index]?.expression, error.message));
  };
  const compiled = compileVariables(spec, { ...options, onError });
  spec.matchConditions?.forEach(({ name, expression }, i) => {
    checkRequired(out, `spec.matchConditions[${i}].name`, name);
    checkExpression(out, `spec.matchConditions[${i}].expression`, compiled, { expression, returns: ['bool'] });
  });
  return compiled;
}
