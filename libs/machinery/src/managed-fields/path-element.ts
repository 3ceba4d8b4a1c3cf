/**
 * Path elements as text: `f:<field>`, `k:<key fields of a list's item, as a JSON object with sorted names>`, `v:<value of
 * a set's item as JSON>`, `i:<index>`. Their order (fields, keys, values, indexes; values by type, then by value) is
 * part of the format: two sets are equal when their bytes are.
 */

/** Path element of a field or of a map's key. */
export const fieldElement = (name: string): string => `f:${name}`;

/** Path element of a set's item. */
export const valueElement = (value: unknown): string => `v:${JSON.stringify(value)}`;

/** Path element of an item of a list by keys. `keys` must be sorted by name. */
export function keyElement(keys: readonly (readonly [name: string, value: unknown])[]): string {
  let text = '';
  for (const [name, value] of keys) text += `${text ? ',' : ''}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return `k:{${text}}`;
}

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Number, string, boolean, list, object, null. */
function rankOf(value: unknown): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return 2;
  return Array.isArray(value) ? 3 : value === null ? 5 : 4;
}

/** The format's total order of JSON values. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const difference = rankOf(a) - rankOf(b);
  if (difference !== 0) return difference;
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b, compareValues);
  return a === null || b === null ? 0 : compareKeys(entriesOf(a), entriesOf(b));
}

const entriesOf = (value: unknown): [string, unknown][] => Object.entries(value as object).sort(([a], [b]) => compareTexts(a, b));

function compareKeys(a: [string, unknown][], b: [string, unknown][]): number {
  return compareLists(a, b, ([nameA, valueA], [nameB, valueB]) => compareTexts(nameA, nameB) || compareValues(valueA, valueB));
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] as T, b[i] as T);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Puts path elements of one node into the format's order; the node's own `.` comes first. */
export function sortElements(elements: string[]): string[] {
  if (elements.length < 2) return elements;
  if (elements.every((element) => element.startsWith('f:') || element === '.')) return elements.sort(compareTexts);
  return elements
    .map((element) => ({ element, rank: element === '.' ? -1 : (ranks[element[0] ?? ''] ?? 4), value: valueOf(element) }))
    .sort((a, b) => a.rank - b.rank || compareValues(a.value, b.value))
    .map(({ element }) => element);
}

function valueOf(element: string): unknown {
  return element.startsWith('f:') || element === '.' ? element : JSON.parse(element.slice(2));
}

/**
 * The element in its one canonical form.
 * @throws Error (upstream's text) when it is none
 */
export function canonicalElement(element: string): string {
  if (element.startsWith('f:')) return element;
  if (element[1] !== ':' || !(element[0] === 'k' || element[0] === 'v' || element[0] === 'i')) {
    throw new Error(element.length < 2 || element[1] !== ':' ? `missing colon: ${element}` : `unknown key type: ${element}`);
  }
  const value: unknown = JSON.parse(element.slice(2));
  if (element[0] === 'v') return valueElement(value);
  if (element[0] === 'i') {
    if (!Number.isInteger(value)) throw new Error(`cannot parse the index ${element}`);
    return `i:${String(value)}`;
  }
  if (rankOf(value) !== 4) throw new Error(`cannot parse the key ${element}`);
  return keyElement(entriesOf(value));
}

/** A path as conflicts show it: `.spec.containers[name="web"].image`. */
export function formatPath(path: readonly string[]): string {
  return path.map(formatElement).join('');
}

function formatElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  if (element.startsWith('v:')) return `[=${formatValue(JSON.parse(rest))}]`;
  return `[${entriesOf(JSON.parse(rest))
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(',')}]`;
}

/** A value in paths and messages: strings quoted, lists and maps in braces. */
function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${entriesOf(value)
      .map(([name, inner]) => `${name}=${formatValue(inner)}`)
      .join(';')}}`;
  }
  return JSON.stringify(value);
}
