import type { ASTNode } from '@marcbachmann/cel-js';
import { additionalOf, isObject, itemsOf, type Schema } from '@typernetes/structural';
import { escapeName } from './names';

/** Largest request: what has no limit of its own may be as long as that. */
const requestBytesMax = 3 * 1024 * 1024;
const perCharacter = 0.1;

/** Fewest bytes that a value takes in JSON. */
function bytesMin(schema: Schema): number {
  if (schema['x-kubernetes-int-or-string']) return 1;
  switch (schema.type) {
    case 'string':
      return 2 + (schema.minLength ?? 0);
    case 'boolean':
      return 4;
    case 'array':
      return 2;
    case 'object':
      return 2 + (schema.required ?? []).reduce((sum, name) => sum + name.length + 4 + bytesMin(schema.properties?.[name] ?? {}), 0);
    default:
      return 1;
  }
}

/** The most items, keys or characters that a value of the schema can have. */
export function sizeMax(schema: Schema | undefined): number {
  if (!schema) return requestBytesMax;
  switch (schema.type) {
    case 'array':
      return schema.maxItems ?? Math.floor((requestBytesMax - 2) / (bytesMin(itemsOf(schema) ?? {}) + 1));
    case 'object':
      return schema.maxProperties ?? Math.floor((requestBytesMax - 2) / (bytesMin(additionalOf(schema) ?? {}) + 4));
    case 'string':
      return schema.maxLength ?? (schema.enum ? Math.max(...schema.enum.map((one) => String(one).length)) : requestBytesMax - 2);
    default:
      return 1;
  }
}

interface Estimate {
  readonly cost: number;
  /** What the result is, where the schema tells. */
  readonly schema?: Schema | undefined;
  /** Items or characters at most. */
  readonly size?: number;
}

type Scope = ReadonlyMap<string, Schema | undefined>;

const comprehensions: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

const propertyOf = (schema: Schema | undefined, field: string): Schema | undefined => {
  const name = Object.keys(schema?.properties ?? {}).find((one) => escapeName(one) === field);
  return name === undefined ? (schema && additionalOf(schema)) : schema?.properties?.[name];
};

const isNode = (value: unknown): value is ASTNode => isObject(value) && typeof value['op'] === 'string';

function comprehension([name, target, parts]: [string, ASTNode, ASTNode[]], scope: Scope): Estimate {
  const range = estimate(target, scope);
  const count = range.size ?? sizeMax(range.schema);
  const [variable, ...bodies] = parts;
  const item = range.schema && (itemsOf(range.schema) ?? { type: 'string' });
  const inner = new Map(scope);
  if (isNode(variable) && variable.op === 'id') inner.set(String(variable.args), item);
  const body = bodies.reduce((sum, each) => sum + estimate(each, inner).cost, 0);
  return { cost: range.cost + count * (body + 2), ...(name === 'filter' ? { schema: range.schema } : {}), ...(name === 'filter' || name === 'map' ? { size: count } : {}) };
}

/** Cost of an expression at worst, in upstream's units: about one for each step, a tenth for each character or item that is compared. */
export function estimate(node: ASTNode, scope: Scope): Estimate {
  const all = (nodes: readonly unknown[]): number => nodes.filter(isNode).reduce((sum, each) => sum + estimate(each, scope).cost, 0);
  const args: unknown = node.args;
  switch (node.op) {
    case 'value':
      return { cost: 0, size: typeof args === 'string' ? args.length : 1 };
    case 'id':
      return { cost: 1, schema: scope.get(String(args)) };
    case '.':
    case '.?': {
      const [target, field] = args as [ASTNode, string];
      const inner = estimate(target, scope);
      return { cost: inner.cost + 1, schema: propertyOf(inner.schema, field) };
    }
    case '[]':
    case '[?]': {
      const [target, index] = args as [ASTNode, ASTNode];
      const inner = estimate(target, scope);
      return { cost: inner.cost + estimate(index, scope).cost + 1, schema: inner.schema && (itemsOf(inner.schema) ?? additionalOf(inner.schema)) };
    }
    case 'rcall': {
      const [name, target, parameters] = args as [string, ASTNode, ASTNode[]];
      if (comprehensions.has(name)) return comprehension([name, target, parameters], scope);
      const inner = estimate(target, scope);
      const length = name === 'size' ? 0 : (inner.size ?? (inner.schema ? sizeMax(inner.schema) : 0));
      return { cost: inner.cost + all(parameters) + 1 + Math.ceil(length * perCharacter) };
    }
    case '==':
    case '!=':
    case 'in':
    case '+': {
      const [left, right] = (args as [ASTNode, ASTNode]).map((each) => estimate(each, scope)) as [Estimate, Estimate];
      const sizes = [left, right].map(({ size, schema }) => size ?? (schema ? sizeMax(schema) : 1));
      const compared = node.op === 'in' ? (sizes[1] ?? 1) : Math.min(...sizes);
      return { cost: left.cost + right.cost + 1 + Math.ceil(compared * perCharacter), ...(node.op === '+' ? { size: (sizes[0] ?? 0) + (sizes[1] ?? 0) } : {}) };
    }
    case '?:': {
      const [test, yes, no] = (args as ASTNode[]).map((each) => estimate(each, scope).cost) as [number, number, number];
      return { cost: test + 1 + Math.max(yes, no) };
    }
    case 'list':
      return { cost: 10 + all(args as unknown[]), size: (args as unknown[]).length };
    case 'map':
      return { cost: 30 + all((args as unknown[]).flat()) };
    default:
      return { cost: 1 + all([args].flat(2)) };
  }
}
