import { unknownFieldText } from '@typernetes/api';
import { walkKeys } from './json-keys';

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

/** `duplicate field "a.b"` texts. */
function findDuplicates(text: string): string[] {
  const problems: string[] = [];
  walkKeys(text, (path, isDuplicate) => {
    if (isDuplicate) problems.push(duplicateFieldText(path()));
  });
  return problems;
}

const duplicateFieldText = (path: string): string => `duplicate field ${JSON.stringify(path)}`;

/**
 * What strict decoding says of a document, in the order of the document. What is not known cannot occur twice: only that
 * it is unknown counts.
 * @param unknown paths of unknown fields
 */
export function problemsInOrder(text: string, duplicates: readonly string[], unknown: readonly string[]): string[] {
  if (duplicates.length === 0) return unknown.map(unknownFieldText);
  if (unknown.length === 0) return [...duplicates];
  const problems = new Set<string>();
  const isUnknown = new Set(unknown);
  const isInside = (path: string): boolean => unknown.some((outer) => path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`));
  walkKeys(text, (pathOf, isDuplicate) => {
    const path = pathOf();
    if (isUnknown.has(path)) problems.add(unknownFieldText(path));
    else if (isDuplicate && !isInside(path)) problems.add(duplicateFieldText(path));
  });
  return [...problems];
}
