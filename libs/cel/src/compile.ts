import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import { CelError, compilationError, evaluationText } from './errors';
import { rewriteInitializers } from './initializers';
import { withTypes } from './objects';

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

/** `list<JSONPatch>` as CEL writes it. */
const typeText = (type: string): string => type.replaceAll('<', '(').replaceAll('>', ')');
const returnsText = (types: readonly string[]): string => (types.length === 1 ? typeText(types[0] ?? '') : `one of [${types.map(typeText).join(' ')}]`);

/**
 * @param returns types that the result may have; all when left out
 * @throws CelError that names the place, as upstream words it
 */
export function compileExpression(source: string, environment: Environment, returns?: readonly string[]): Program {
  if (source.length > expressionLengthMax) throw new CelError(`compilation failed: expression is too long: ${source.length} characters, at most ${expressionLengthMax}`);
  const { text, types, originOf } = rewriteInitializers(source);
  const own = withTypes(environment, types);
  const checked = own.check(text);
  if (!checked.valid) throw compilationError(source, checked.error, originOf);
  const parsed = own.parse(text);
  const resultType = String(checked.type);
  if (returns && resultType !== 'dyn' && !returns.includes(resultType)) throw new CelError(`must evaluate to ${returnsText(returns)} but got ${typeText(resultType)}`);
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
