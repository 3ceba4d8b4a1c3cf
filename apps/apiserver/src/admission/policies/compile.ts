import { compileVariables, type ValidatingAdmissionPolicy, type Validation } from '@typernetes/api';
import { CelError, compileExpression, type Program } from '@typernetes/cel';

interface CompiledValidation {
  readonly validation: Validation;
  readonly program: Program;
  readonly message: Program | undefined;
}

/** A policy made ready. */
export interface CompiledPolicy {
  readonly conditions: readonly Program[];
  readonly validations: readonly CompiledValidation[];
  bind(bindings: Record<string, unknown>): Record<string, unknown>;
}

/** What a policy says to a write: nothing, or why not. */
export interface Violation {
  readonly message: string;
  readonly reason: string;
}

/** @throws CelError for expressions that validation let pass in an older version */
export function compilePolicy({ spec = {} }: ValidatingAdmissionPolicy): CompiledPolicy {
  const { environment, bind } = compileVariables(spec);
  return {
    bind,
    conditions: (spec.matchConditions ?? []).map(({ expression }) => compileExpression(expression, environment, ['bool'])),
    validations: (spec.validations ?? []).map((validation) => ({
      validation,
      program: compileExpression(validation.expression, environment, ['bool']),
      message: validation.messageExpression ? compileExpression(validation.messageExpression, environment, ['string']) : undefined,
    })),
  };
}

function messageOf({ validation, message }: CompiledValidation, bindings: Record<string, unknown>): string {
  if (message) {
    try {
      const text = message.evaluate(bindings);
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
    } catch (error) {
      // A message that fails must not hide what it was for (API docs: messageExpression).
      if (!(error instanceof CelError)) throw error;
    }
  }
  return validation.message ?? `failed expression: ${validation.expression.trim()}`;
}

/** Asks a policy about a write. `failurePolicy` says what becomes of expressions that fail. */
export function violationsOf(policy: CompiledPolicy, bindings: Record<string, unknown>, failurePolicy: string | undefined): Violation[] {
  const bound = policy.bind(bindings);
  const violations: Violation[] = [];
  const failed = (source: string, error: unknown): void => {
    if (!(error instanceof CelError)) throw error;
    if (failurePolicy !== 'Ignore') violations.push({ message: `expression '${source.trim()}' resulted in error: ${error.message}`, reason: 'Invalid' });
  };
  for (const condition of policy.conditions) {
    try {
      if (condition.evaluate(bound) !== true) return [];
    } catch (error) {
      failed(condition.source, error);
    }
  }
  if (violations.length > 0) return violations;
  for (const each of policy.validations) {
    try {
      if (each.program.evaluate(bound) !== true) violations.push({ message: messageOf(each, bound), reason: each.validation.reason ?? 'Invalid' });
    } catch (error) {
      failed(each.program.source, error);
    }
  }
  return violations;
}
