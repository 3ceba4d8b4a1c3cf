import { parseDuration } from '@typernetes/machinery';

/** Where in a document a value stands, and what was found wrong so far. */
export interface Place {
  readonly path: string;
  readonly problems: string[];
}

/** Makes a typed value of what a document holds; undefined when it is absent or was complained about. */
export type Read<T> = (value: unknown, place: Place) => T | undefined;

type Values<R extends Record<string, Read<unknown>>> = { [K in keyof R]?: R[K] extends Read<infer T> ? T : never };

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value)}`;
}

function scalar<T>(wanted: string, isRight: (value: unknown) => value is T): Read<T> {
  return (value, { path, problems }) => {
    if (isAbsent(value)) return undefined;
    if (isRight(value)) return value;
    problems.push(`${path}: expected ${wanted}, got ${kindOf(value)}`);
    return undefined;
  };
}

export const text = scalar('a string', (value): value is string => typeof value === 'string');
export const flag = scalar('a boolean', (value): value is boolean => typeof value === 'boolean');
export const integer = scalar('an integer', (value): value is number => Number.isInteger(value));
export const decimal = scalar('a number', (value): value is number => typeof value === 'number');
export const anything = scalar('a value', (_value): _value is unknown => true);

/** A duration like `15s`, in milliseconds. */
export const durationMs: Read<number> = (value, place) => {
  const written = text(value, place);
  if (written === undefined) return undefined;
  try {
    return parseDuration(written);
  } catch {
    place.problems.push(`${place.path}: time: invalid duration ${JSON.stringify(written)}`);
    return undefined;
  }
};

export function listOf<T>(read: Read<T>): Read<T[]> {
  return (value, { path, problems }) => {
    if (isAbsent(value)) return undefined;
    if (!Array.isArray(value)) {
      problems.push(`${path}: expected a list, got ${kindOf(value)}`);
      return undefined;
    }
    return value.flatMap((item: unknown, index) => read(item, { path: `${path}[${index}]`, problems }) ?? []);
  };
}

/** An object with exactly these fields, all of them optional; others are complained about in upstream's words. */
export function fields<R extends Record<string, Read<unknown>>>(readers: R): Read<Values<R>> {
  return (value, { path, problems }) => {
    if (isAbsent(value)) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) {
      problems.push(`${path || 'the document'}: expected an object, got ${kindOf(value)}`);
      return undefined;
    }
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value as object)) {
      const at = path ? `${path}.${key}` : key;
      const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
      if (!read) problems.push(`unknown field ${JSON.stringify(at)}`);
      else {
        const made = read(item, { path: at, problems });
        if (made !== undefined) result[key] = made;
      }
    }
    return result as Values<R>;
  };
}
