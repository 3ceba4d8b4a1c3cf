/**
 * JSONPath as Kubernetes has it (reference "JSONPath Support"), without the template around it: `.spec.replicas`,
 * `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels['a/b']`, `.items[*].name`, `..name`, `[0:2]`.
 */

/** A path that cannot be read. */
export class JsonPathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JsonPathError';
  }
}

/** Gives what a path finds in a JSON value, in order. */
export type JsonPath = (value: unknown) => unknown[];

type Step = (values: readonly unknown[]) => unknown[];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const childrenOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : isObject(value) ? Object.values(value) : []);

const fieldStep =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));

const anyStep: Step = (values) => values.flatMap(childrenOf);

const selfAndBelow = (value: unknown): unknown[] => [value, ...childrenOf(value).flatMap(selfAndBelow)];

const deepStep: Step = (values) => values.flatMap(selfAndBelow);

function indexStep(index: number): Step {
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      const at = index < 0 ? value.length + index : index;
      return at >= 0 && at < value.length ? [value[at] as unknown] : [];
    });
}

function sliceStep([from = '', to = '', by = '']: string[]): Step {
  const step = by === '' ? 1 : Number(by);
  if (step <= 0) throw new JsonPathError('step must be > 0');
  return (values) =>
    values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(from === '' ? 0 : Number(from), to === '' ? undefined : Number(to)).filter((_, i) => i % step === 0) : []));
}

type Operand = (item: unknown) => unknown[];

const comparisons: Readonly<Record<string, (left: string | number, right: string | number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const isOrdered = (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string');
  return isOrdered && (comparisons[operator]?.(left, right) ?? false);
}

function operandOf(text: string): Operand {
  const trimmed = text.trim();
  const quoted = /^(['"])(.*)\1$/.exec(trimmed);
  if (quoted) return () => [quoted[2]];
  if (trimmed.startsWith('@')) return compileJsonPath(trimmed.slice(1));
  if (trimmed === 'true' || trimmed === 'false') return () => [trimmed === 'true'];
  if (trimmed === '' || Number.isNaN(Number(trimmed))) throw new JsonPathError(`unrecognized filter operand ${trimmed}`);
  return () => [Number(trimmed)];
}

/** `@.type=="Ready"`, or only `@.type`: those that have it. */
function filterStep(text: string): Step {
  const parts = /^((?:[^=!<>'"]|'[^']*'|"[^"]*")+)(?:(==|!=|<=|>=|<|>)(.+))?$/.exec(text);
  if (!parts) throw new JsonPathError(`unrecognized filter ${text}`);
  const [, leftText = '', operator, rightText = ''] = parts;
  const left = operandOf(leftText);
  const right = operator === undefined ? undefined : operandOf(rightText);
  const matches = (item: unknown): boolean => {
    const found = left(item);
    if (operator === undefined || !right) return found.length > 0;
    return found.length > 0 && compare(operator, found[0], right(item)[0]);
  };
  return (values) => values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]).filter(matches) : []));
}

/** What stands in brackets. */
function bracketStep(content: string): Step {
  const text = content.trim();
  const filter = /^\?\((.*)\)$/s.exec(text);
  if (filter) return filterStep(filter[1] ?? '');
  if (text === '*') return anyStep;
  const quoted = [...text.matchAll(/\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:,|$)/gy)];
  if (quoted.length > 0 && quoted.reduce((length, [whole]) => length + whole.length, 0) === text.length) {
    const steps = quoted.map(([, single, double]) => fieldStep((single ?? double ?? '').replace(/\\(.)/g, '$1')));
    return (values) => steps.flatMap((step) => step(values));
  }
  if (/^-?\d*:-?\d*(:-?\d*)?$/.test(text)) return sliceStep(text.split(':'));
  if (!/^-?\d+(\s*,\s*-?\d+)*$/.test(text)) throw new JsonPathError(`invalid array index ${text}`);
  const steps = text.split(',').map((index) => indexStep(Number(index)));
  return (values) => steps.flatMap((step) => step(values));
}

/** Where the bracket that opens at `start` is closed; quotes and inner brackets count. */
function closingBracket(path: string, start: number): number {
  let depth = 0;
  let quote = '';
  for (let i = start; i < path.length; i++) {
    const character = path.charAt(i);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return i;
  }
  throw new JsonPathError('unterminated array');
}

/**
 * Reads a path once, for many values. A leading `$` or none means the same.
 * @throws JsonPathError
 */
export function compileJsonPath(path: string): JsonPath {
  const steps: Step[] = [];
  const name = /((?:[^.[\]\\]|\\.)+)/y;
  let at = path.startsWith('$') ? 1 : 0;
  const readName = (): void => {
    name.lastIndex = at;
    const found = name.exec(path)?.[1];
    if (found === undefined) throw new JsonPathError(`unrecognized character in ${path} at ${at}`);
    steps.push(found === '*' ? anyStep : fieldStep(found.replace(/\\(.)/g, '$1')));
    at += found.length;
  };
  while (at < path.length) {
    if (path.startsWith('..', at)) {
      steps.push(deepStep);
      at += 2;
      if (path.charAt(at) !== '[') readName();
    } else if (path.charAt(at) === '.') {
      at++;
      if (at < path.length && path.charAt(at) !== '[') readName();
    } else if (path.charAt(at) === '[') {
      const end = closingBracket(path, at);
      steps.push(bracketStep(path.slice(at + 1, end)));
      at = end + 1;
    } else readName();
  }
  return (value) => steps.reduce<unknown[]>((values, step) => step(values), [value]);
}
