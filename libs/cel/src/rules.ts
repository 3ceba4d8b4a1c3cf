import { Optional } from '@marcbachmann/cel-js';
import { fieldError, type FieldError } from '@typernetes/machinery';
import { isObject, itemsOf, additionalOf, type CompileRules, type Schema, type Validate, type Visit } from '@typernetes/structural';
import { compileExpression, type Program } from './compile';
import { estimate, sizeMax } from './cost';
import { Declarations, type Declared } from './declare';
import { newEnvironment } from './environment';
import { CelError } from './errors';

/** apiextensions/v1 ValidationRule. */
interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

interface CompiledRule {
  readonly rule: Rule;
  readonly program: Program;
  readonly message: Program | undefined;
  readonly usesOld: boolean;
  readonly cost: number;
}

const word = 'x-kubernetes-validations';
const rulesOf = (schema: Schema): readonly Rule[] => (schema[word] ?? []) as readonly Rule[];

/** The most that one rule may cost, and all of a schema together, in units of `estimate`. */
const ruleCostMax = 10_000_000;
const schemaCostMax = 100_000_000;

const usesOldSelf = ({ rule, messageExpression = '' }: Rule): boolean => /\boldSelf\b/.test(`${rule} ${messageExpression}`);

/** An environment that knows `self` and `oldSelf` of a schema. */
function declareSelf(schema: Schema, isRoot: boolean, rule: Rule): { environment: ReturnType<typeof newEnvironment>; self: Declared } {
  const environment = newEnvironment();
  const self = new Declarations(environment).declare(schema, isRoot);
  environment.registerVariable('self', self.type);
  if (usesOldSelf(rule)) environment.registerVariable('oldSelf', rule.optionalOldSelf ? `optional<${self.type}>` : self.type);
  return { environment, self };
}

function compileRule(schema: Schema, isRoot: boolean, rule: Rule): CompiledRule & { self: Declared } {
  const { environment, self } = declareSelf(schema, isRoot, rule);
  const program = compileExpression(rule.rule, environment, ['bool']);
  const message = rule.messageExpression ? compileExpression(rule.messageExpression, environment, ['string']) : undefined;
  const scope = new Map([['self', schema], ['oldSelf', schema]]);
  return { rule, program, message, usesOld: usesOldSelf(rule), self, cost: estimate(program.ast, scope).cost };
}

function messageOf({ rule, message }: CompiledRule, bindings: Record<string, unknown>): string {
  if (message) {
    try {
      const text = message.evaluate(bindings);
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
    } catch (error) {
      // A message that fails must not hide what it was for (API docs: messageExpression).
      if (!(error instanceof CelError)) throw error;
    }
  }
  return rule.message ?? `failed rule: ${rule.rule.trim()}`;
}

/** The type as errors of rules show it in the place of the value. */
const shownType = (schema: Schema): string => schema.type ?? (schema['x-kubernetes-int-or-string'] ? 'integer' : '');

function problem(schema: Schema, { path }: Visit, { reason, fieldPath = '' }: Rule, text: string): FieldError {
  const field = `${path}${fieldPath}`.replace(/^\./, '') || '<nil>';
  switch (reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(field, text);
    case 'FieldValueRequired':
      return fieldError.required(field, text);
    case 'FieldValueDuplicate':
      return { ...fieldError.duplicate(field, shownType(schema)), detail: text };
    default:
      return fieldError.invalid(field, shownType(schema), text);
  }
}

/**
 * The validation rules of one node of a schema (API docs: CustomResourceDefinition, "Validation rules"). A rule that
 * speaks of `oldSelf` is asked only when there is an old value, unless it takes that as optional.
 */
export const compileRules: CompileRules = (schema, isRoot) => {
  const rules = rulesOf(schema);
  if (rules.length === 0) return undefined;
  let compiled: readonly (CompiledRule & { self: Declared })[] | undefined;
  const validate: Validate = (value, visit) => {
    // With the first object: most kinds are declared long before, and some never have one.
    compiled ??= rules.map((rule) => compileRule(schema, isRoot, rule));
    for (const each of compiled) {
      const { rule, program, usesOld, self } = each;
      if (usesOld && visit.old === undefined && !rule.optionalOldSelf) continue;
      const old = visit.old === undefined ? undefined : self.convert(visit.old);
      const bindings = { self: self.convert(value), ...(usesOld ? { oldSelf: rule.optionalOldSelf ? (old === undefined ? Optional.none() : Optional.of(old)) : old } : {}) };
      try {
        if (program.evaluate(bindings) !== true) visit.errors.push(problem(schema, visit, rule, messageOf(each, bindings)));
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        visit.errors.push(problem(schema, visit, rule, `${error.message} evaluating rule: ${rule.message ?? rule.rule.trim()}`));
      }
    }
  };
  return validate;
};

interface Place {
  readonly path: string;
  /** How many values of this node an object can have at most. */
  readonly count: number;
  /** Whether an old value can be found for each of them. */
  readonly isCorrelated: boolean;
  readonly isRoot: boolean;
}

const factor = (cost: number, max: number): string => (cost / max > 100 ? 'more than 100x' : `${(cost / max).toFixed(1)}x`);
const advice = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';

function checkRule(schema: Schema, rule: Rule, { path, count, isCorrelated, isRoot }: Place, out: FieldError[]): number {
  if (!rule.rule?.trim()) {
    out.push(fieldError.required(`${path}.rule`, 'rule is not specified'));
    return 0;
  }
  if (rule.message !== undefined && rule.message.trim() === '') out.push(fieldError.invalid(`${path}.message`, rule.message, 'message must be non-empty if specified'));
  if (rule.message?.includes('\n')) out.push(fieldError.invalid(`${path}.message`, rule.message, 'message must not contain line breaks'));
  if (rule.rule.includes('\n') && !rule.message) out.push(fieldError.required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (usesOldSelf(rule) && !isCorrelated) out.push(fieldError.invalid(`${path}.rule`, rule.rule, 'oldSelf cannot be used on the uncorrelatable portion of the schema'));
  if (rule.optionalOldSelf !== undefined && !usesOldSelf(rule)) out.push(fieldError.invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
  try {
    const cost = compileRule(schema, isRoot, rule).cost * count;
    if (cost > ruleCostMax) out.push(fieldError.forbidden(`${path}.rule`, `estimated rule cost exceeds budget by factor of ${factor(cost, ruleCostMax)} (${advice})`));
    return cost;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    out.push(fieldError.invalid(`${path}.rule`, rule.rule, error.message));
    return 0;
  }
}

function checkNode(schema: Schema, place: Place, out: FieldError[]): number {
  let cost = 0;
  for (const [index, rule] of rulesOf(schema).entries()) cost += checkRule(schema, rule, { ...place, path: `${place.path}.${word}[${index}]` }, out);
  const below = { ...place, isRoot: false };
  for (const [name, field] of Object.entries(schema.properties ?? {})) cost += checkNode(field, { ...below, path: `${place.path}.properties[${name}]` }, out);
  const items = itemsOf(schema);
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  if (items) cost += checkNode(items, { ...below, path: `${place.path}.items`, count: place.count * sizeMax(schema), isCorrelated: place.isCorrelated && isMap }, out);
  const values = isObject(schema.additionalProperties) ? additionalOf(schema) : undefined;
  if (values) cost += checkNode(values, { ...below, path: `${place.path}.additionalProperties`, count: place.count * sizeMax(schema) }, out);
  return cost;
}

/**
 * What is wrong with the rules of a schema: they must compile, and not cost too much for the largest object.
 *
 * @param path where the schema stands: `spec.versions[0].schema.openAPIV3Schema`
 */
export function checkRules(schema: Schema, path: string): FieldError[] {
  const out: FieldError[] = [];
  const cost = checkNode(schema, { path, count: 1, isCorrelated: true, isRoot: true }, out);
  if (cost > schemaCostMax) out.push(fieldError.forbidden(path, `x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of ${factor(cost, schemaCostMax)} (${advice})`));
  return out;
}
