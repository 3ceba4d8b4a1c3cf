import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import { CelError, compilationError, evaluationText } from './errors';

export interface Program {
  readonly source: string;
  /** Type of the result, by CEL's name; `dyn` when it is not known before. */
  readonly resultType: string;
  readonly ast: ParseResult['ast'];
  /** @throws CelError in words for the author of the expression */
  evaluate(bindings: Record<string, unknown>): unknown;
}

/** Longest expression, in characters. */
export const expressionLengthMax = 16_384;

/**
 * @param returns types that the result may have; all when left out
 * @throws CelError that names the place, as upstream words it
 */
export function compileExpression(source: string, environment: Environment, returns?: readonly string[]): Program {
  if (source.length > expressionLengthMax) throw new CelError(`compilation failed: expression is too long: ${source.length} characters, at most ${expressionLengthMax}`);
  const checked = environment.check(source);
  if (!checked.valid) throw compilationError(source, checked.error);
  const parsed = environment.parse(source);
  const resultType = String(checked.type);
  if (returns && resultType !== 'dyn' && !returns.includes(resultType)) throw new CelError(`must evaluate to ${returns.join(' or ')}`);
  return {
    source,
    resultType,
    ast: parsed.ast,
    evaluate: (bindings) => {
      try {
        return parsed(bindings) as unknown;
      } catch (error) {
        throw new CelError(evaluationText(error), { cause: error });
      }
    },
  };
}
