/** What a JSON text says, and which fields it says twice (the second counts, as in encoding/json). */
export type ParsedJson =
  | { readonly error?: undefined; readonly value: unknown; readonly duplicates: readonly string[] }
  | { readonly error: string };

/**
 * Parses, and walks over the text once more for duplicate fields, which JSON.parse silently drops.
 */
export function parseJsonStrict(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { error: goStyleError(text, error) };
  }
  return { value, duplicates: findDuplicates(text) };
}

/** encoding/json's words for the commonest mistakes, which users search for. */
function goStyleError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/Unexpected end|Unterminated/.test(message)) return 'unexpected end of JSON input';
  const position = /at position (\d+)/.exec(message);
  const character = position ? text[Number(position[1])] : text.trim()[0];
  return character === undefined ? 'unexpected end of JSON input' : `invalid character '${character}' looking for beginning of value`;
}

interface Scope {
  readonly keys: Set<string> | undefined;
  readonly path: string;
  index: number;
  key: string;
}

/** Walks over valid JSON and collects `duplicate field "a.b"` texts. */
function findDuplicates(text: string): string[] {
  const problems: string[] = [];
  const scopes: Scope[] = [];
  let expectsKey = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const scope = scopes[scopes.length - 1];
    if (code === 0x22) {
      const end = endOfString(text, i);
      if (expectsKey && scope?.keys) {
        scope.key = text.slice(i + 1, end);
        if (scope.keys.has(scope.key)) problems.push(`duplicate field ${JSON.stringify(scope.path ? `${scope.path}.${scope.key}` : scope.key)}`);
        scope.keys.add(scope.key);
        expectsKey = false;
      }
      i = end;
    } else if (code === 0x7b || code === 0x5b) {
      scopes.push({ keys: code === 0x7b ? new Set() : undefined, path: pathOf(scope), index: 0, key: '' });
      expectsKey = code === 0x7b;
    } else if (code === 0x7d || code === 0x5d) {
      scopes.pop();
      expectsKey = false;
    } else if (code === 0x2c && scope) {
      scope.index++;
      expectsKey = scope.keys !== undefined;
    }
  }
  return problems;
}

const pathOf = (scope: Scope | undefined): string =>
  !scope ? '' : scope.keys ? (scope.path ? `${scope.path}.${scope.key}` : scope.key) : `${scope.path}[${scope.index}]`;

function endOfString(text: string, start: number): number {
  let end = start + 1;
  for (; text.charCodeAt(end) !== 0x22; end++) if (text.charCodeAt(end) === 0x5c) end++;
  return end;
}
