/** Field selectors (API documentation "Field Selectors"): `metadata.name=a,status.phase!=Running`. */

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '!=' | '=';
  readonly value: string;
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
  /** Holds for everything. */
  readonly isEmpty: boolean;
  /** A field that is absent counts as empty text. */
  matches(fields: Readonly<Record<string, string>>): boolean;
  /** As matches, but computes only the fields that the selector names. */
  matchesBy(valueOf: (field: string) => string): boolean;
  toString(): string;
}

/** A selector that is none, in upstream's words. */
export class FieldSelectorError extends Error {
  override readonly name = 'FieldSelectorError';
}

export function fieldSelectorOf(requirements: readonly FieldRequirement[]): FieldSelector {
  const matchesBy = (valueOf: (field: string) => string): boolean =>
    requirements.every(({ field, operator, value }) => (valueOf(field) === value) === (operator === '='));
  return {
    requirements,
    isEmpty: requirements.length === 0,
    matchesBy,
    matches: (fields) => matchesBy((field) => fields[field] ?? ''),
    toString: () => requirements.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(','),
  };
}

export const everyFieldSelector = fieldSelectorOf([]);

/** Makes a value that stands for itself in a selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function unescapeValue(value: string): string {
  let result = '';
  for (let i = 0; i < value.length; i++) {
    const character = value.charAt(i);
    if (character === '=') throw new FieldSelectorError(`invalid field selector: unescaped character in value: ${character}`);
    if (character !== '\\') {
      result += character;
      continue;
    }
    const escaped = value.charAt(++i);
    if (escaped === '' || !'\\,='.includes(escaped)) throw new FieldSelectorError(`invalid field selector: invalid escape sequence: \\${escaped}`);
    result += escaped;
  }
  return result;
}

/** Splits at commas that no backslash stands before. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') i++;
    else if (character === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function parseTerm(term: string, text: string): FieldRequirement {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  const [, field, operator, value] = match ?? [];
  if (field === undefined || value === undefined) throw new FieldSelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
}

/** A `fieldSelector` parameter. @throws FieldSelectorError with upstream's text */
export function parseFieldSelector(text: string): FieldSelector {
  if (text === '') return everyFieldSelector;
  return fieldSelectorOf(
    splitTerms(text)
      .filter((term) => term !== '')
      .map((term) => parseTerm(term, text)),
  );
}
