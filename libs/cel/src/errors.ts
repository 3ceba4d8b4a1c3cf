/** An expression that can't be compiled, or that failed; the message is for its author. */
export class CelError extends Error {
  override readonly name = 'CelError';
}

/** What the library says, and how upstream's compiler says the same. */
const words: readonly [RegExp, (...parts: string[]) => string][] = [
  [/^No such key: (.+)$/, (key) => `undefined field '${key}'`],
  [/^Unknown variable: (.+)$/, (name) => `undeclared reference to '${name}' (in container '')`],
  [/^no such overload: (.+) (==|!=|<=|>=|[<>+\-*/%]|in) (.+)$/, (left, operator, right) => `found no matching overload for '_${operator}_' applied to '(${left}, ${right})'`],
];

function inUpstreamsWords(text: string): string {
  for (const [pattern, say] of words) {
    const match = pattern.exec(text);
    if (match) return say(...match.slice(1));
  }
  return text;
}

interface LibraryError {
  readonly name?: string;
  readonly message: string;
  readonly range?: { readonly start: number };
}

const headline = (error: unknown): string => ((error as LibraryError).message ?? String(error)).split('\n')[0] ?? '';

/** `compilation failed: ERROR: <input>:1:6: undefined field 'foo'`, with the line and a mark below the place. */
export function compilationError(source: string, error: unknown, originOf: (place: number) => number = (place) => place): CelError {
  const { name, range } = error as LibraryError;
  const start = originOf(range?.start ?? 0);
  const before = source.slice(0, start).split('\n');
  const [line, column] = [before.length, before.at(-1)?.length ?? 0];
  const text = name === 'ParseError' ? `Syntax error: ${headline(error)}` : inUpstreamsWords(headline(error));
  return new CelError(`compilation failed: ERROR: <input>:${line}:${column + 1}: ${text}\n | ${source.split('\n')[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`, { cause: error });
}

/** Of a failure while an expression runs. */
export const evaluationText = (error: unknown): string => headline(error).replace(/^No such key: /, 'no such key: ').replace(/^division by zero$/, 'division by zero');
