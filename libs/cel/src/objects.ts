import { Optional, type Environment } from '@marcbachmann/cel-js';
import { isObject } from '@typernetes/structural';
import { CelError } from './errors';
import { makeFunction } from './initializers';

/** An object that an expression has made. */
export class MadeObject {
  constructor(
    readonly typeName: string,
    readonly fields: ReadonlyMap<string, unknown>,
  ) {
    for (const [name, value] of fields) Object.defineProperty(this, name, { value, enumerable: true });
  }
}

/** The types that mutations make; `Object.spec` is the type of the field `spec` of an object. */
const rootType = 'Object';
const patchType = 'JSONPatch';
const patchFields: Readonly<Record<string, string>> = { op: 'string', path: 'string', from: 'string', value: 'dyn' };

const isMutationType = (name: string): boolean => name === patchType || name === rootType || name.startsWith(`${rootType}.`);

/** What of the library's checker and evaluator a macro uses; it has no types for them. */
interface Checker {
  check(node: unknown, context: unknown): { readonly type: string };
  getType(name: string): unknown;
  createError(code: string, message: string, node: unknown): Error;
}
interface Macro {
  readonly ast: unknown;
  readonly args: readonly { readonly op: string; readonly args: unknown }[];
}
interface Evaluator {
  run(node: unknown, context: unknown): unknown;
}

/** An environment in which `Object{…}` and `JSONPatch{…}` make objects. */
const mutating = new WeakSet<Environment>();

class PatchNamespace {}

/** Lets expressions of an environment make objects (API docs: "Mutating Admission Policy"). */
export function allowMutations(environment: Environment): Environment {
  environment
    .registerType('JSONPatchNamespace', { ctor: PatchNamespace, fields: {} })
    .registerConstant('jsonpatch', 'JSONPatchNamespace', new PatchNamespace())
    // A key as a part of a path (RFC 6901, section 3).
    .registerFunction('JSONPatchNamespace.escapeKey(string): string', (_namespace: unknown, key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'));
  mutating.add(environment);
  return environment;
}

const nameOf = ({ args }: Macro): string => String(args[0]?.args);

function checkPatch(checker: Checker, { ast, args }: Macro, context: unknown): void {
  const entries = (args[1]?.args ?? []) as [{ args: unknown }, unknown][];
  for (const [key, value] of entries) {
    const field = String(key.args).replace(/^\?/, '');
    const expected = patchFields[field];
    if (!expected) throw checker.createError('no_such_key', `No such key: ${field}`, ast);
    const { type } = checker.check(value, context);
    if (expected === 'string' && !String(key.args).startsWith('?') && type !== 'string' && type !== 'dyn') throw checker.createError('wrong_type', `expected type of field '${field}' is 'string' but provided type is '${type}'`, ast);
  }
}

/** Maps of literals are plain objects in the library, those of bindings are maps. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [String(key), item]);
  const isPlain = isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
  return isPlain ? Object.entries(value) : undefined;
}

function make(typeName: string, fields: unknown): MadeObject {
  const given = new Map<string, unknown>();
  for (const [key, value] of entriesOf(fields) ?? []) {
    if (!key.startsWith('?')) given.set(key, value);
    else if (value instanceof Optional && value.hasValue()) given.set(key.slice(1), value.value());
  }
  const Made = classes.get(typeName) ?? MadeObject;
  return new Made(typeName, given);
}

/** The library tells types of values by their classes: one for each name. */
const classes = new Map<string, typeof MadeObject>();

/** The environment with the types that an expression makes; itself when it makes none. */
export function withTypes(environment: Environment, types: ReadonlySet<string>): Environment {
  if (types.size === 0) return environment;
  const own = environment.clone();
  const known = mutating.has(environment) ? [...types].filter(isMutationType) : [];
  for (const name of known) {
    const ctor = classes.get(name) ?? class extends MadeObject {};
    classes.set(name, ctor);
    own.registerType(name, { ctor, ...(name === patchType ? { fields: { ...patchFields } } : {}) });
  }
  return own.registerFunction(`${makeFunction}(ast, ast): dyn`, ({ ast, args }: Macro) => ({
    ast,
    args,
    typeCheck: (checker: Checker, macro: Macro, context: unknown) => {
      const name = nameOf(macro);
      if (!known.includes(name)) throw checker.createError('unknown_variable', `Unknown variable: ${name}`, macro.ast);
      checker.check(macro.args[1], context);
      if (name === patchType) checkPatch(checker, macro, context);
      return checker.getType(name);
    },
    evaluate: (evaluator: Evaluator, macro: Macro, context: unknown) => make(nameOf(macro), evaluator.run(macro.args[1], context)),
  }));
}

/** What is wrong with the names of types: each must be the path of the field where it stands. */
export function typeNameErrors(value: unknown, expected = value instanceof MadeObject ? value.typeName : ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => typeNameErrors(item, expected));
  if (!(value instanceof MadeObject)) return (entriesOf(value) ?? []).flatMap(([, item]) => typeNameErrors(item, expected));
  const own = value.typeName === expected ? [] : [`unexpected type name ${JSON.stringify(value.typeName)}, expected ${JSON.stringify(expected)}, which matches field name path from root Object type`];
  return [...own, ...[...value.fields].flatMap(([name, field]) => typeNameErrors(field, `${expected}.${name}`))];
}

/** A value as JSON. @throws CelError for values that JSON has not */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const entries = value instanceof MadeObject ? [...value.fields] : entriesOf(value);
  if (!entries) throw new CelError('expression evaluated to a type that could not marshal to JSON');
  return Object.fromEntries(entries.map(([name, field]) => [name, toJson(field)]));
}
