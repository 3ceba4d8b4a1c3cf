import { fieldError, jsonEqual, type FieldError } from '@typernetes/machinery';
import { alternatives } from './alternatives';
import { checkEmbedded, objectMetaSchema } from './embedded';
import { formats, isInFormat } from './formats';
import { checkLists } from './list-rules';
import { compilePattern } from './pattern';
import { additionalOf, below, isObject, itemsOf, type JsonObject, type Schema } from './schema';
import type { CompileRules, Validate, Visit } from './visit';

/** JSON's name of a value's type, as messages say it. */
export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const isOfType = (value: unknown, type: string): boolean => {
  const name = typeNameOf(value);
  return name === type || (type === 'number' && name === 'integer');
};

const inBody = (path: string, text: string): string => `${path} in body ${text}`;

const wrongType = ({ path }: Visit, type: string, shown: string): FieldError => fieldError.typeInvalid(path || '<nil>', shown, inBody(path, `must be of type ${type}: ${JSON.stringify(shown)}`));

function stringChecks(schema: Schema): Validate[] {
  const { minLength, maxLength, pattern, format = '' } = schema;
  const checks: Validate[] = [];
  const each = (check: (text: string, visit: Visit) => void): void => void checks.push((value, visit) => (typeof value === 'string' ? check(value, visit) : undefined));
  const length = (text: string): number => [...text].length;
  if (maxLength !== undefined) each((text, { path, errors }) => void (length(text) > maxLength && errors.push(fieldError.tooLong(path, maxLength))));
  if (minLength !== undefined) {
    each((text, { path, errors }) => void (length(text) < minLength && errors.push(fieldError.invalid(path, text, inBody(path, `should be at least ${minLength} chars long`)))));
  }
  if (pattern !== undefined) {
    const regex = compilePattern(pattern);
    each((text, { path, errors }) => void (regex.test(text) || errors.push(fieldError.invalid(path, text, inBody(path, `should match '${pattern}'`)))));
  }
  const isFormat = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (isFormat) each((text, visit) => void (isFormat(text) || visit.errors.push(fieldError.typeInvalid(visit.path, text, inBody(visit.path, `must be of type ${format}: ${JSON.stringify(text)}`)))));
  return checks;
}

/** Whether a number is a multiple, for fractions as for whole ones. */
function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function numberChecks(schema: Schema): Validate[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format, type = 'number' } = schema;
  const checks: Validate[] = [];
  const each = (isFine: (value: number) => boolean, text: string): void =>
    void checks.push((value, { path, errors }) => void (typeof value === 'number' && !isFine(value) && errors.push(fieldError.invalid(path, value, inBody(path, text)))));
  if (maximum !== undefined) each((value) => (exclusiveMaximum ? value < maximum : value <= maximum), `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (minimum !== undefined) each((value) => (exclusiveMinimum ? value > minimum : value >= minimum), `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  if (multipleOf !== undefined) each((value) => isMultiple(value, multipleOf), `should be a multiple of ${multipleOf}`);
  if (format) {
    checks.push((value, { path, errors }) => {
      if (typeof value === 'number' && !isInFormat(value, format)) errors.push(fieldError.invalid(path, value, `Checked value must be of type ${type} with format ${format}`));
    });
  }
  return checks;
}

function listChecks(schema: Schema, compileRules: CompileRules | undefined): Validate[] {
  const { minItems, maxItems } = schema;
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined;
  const items = itemsOf(schema);
  const ofItem = items && compileValidate(items, { compileRules });
  const checks: Validate[] = [];
  const each = (check: (list: readonly unknown[], visit: Visit) => void): void => void checks.push((value, visit) => (Array.isArray(value) ? check(value, visit) : undefined));
  if (maxItems !== undefined) each((list, { path, errors }) => void (list.length > maxItems && errors.push(fieldError.tooMany(path, maxItems, list.length))));
  if (minItems !== undefined) each((list, { path, errors }) => void (list.length < minItems && errors.push(fieldError.invalid(path, list.length, inBody(path, `should have at least ${minItems} items`)))));
  if (ofItem) {
    each((list, { path, old, errors }) => {
      const before = Array.isArray(old) && keys ? (item: unknown) => old.find((one) => isObject(one) && isObject(item) && keys.every((key) => jsonEqual(one[key], item[key]))) as unknown : () => undefined;
      for (const [index, item] of list.entries()) ofItem(item, { path: `${path}[${index}]`, old: before(item), errors });
    });
  }
  const duplicates = checkLists(schema);
  if (duplicates) each(duplicates);
  return checks;
}

/** Fields may be named like what every JavaScript object inherits: `constructor`. */
const ownValue = (object: JsonObject, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined);
const has = (object: JsonObject, name: string): boolean => ownValue(object, name) !== undefined;

function objectChecks(schema: Schema, { compileRules }: CompileOptions): Validate[] {
  const { minProperties, maxProperties, required = [] } = schema;
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, compileValidate(field, { compileRules })] as const);
  const known = new Set(fields.map(([name]) => name));
  const additional = additionalOf(schema);
  const ofRest = additional && compileValidate(additional, { compileRules });
  const checks: Validate[] = [];
  const each = (check: (object: JsonObject, visit: Visit) => void): void => void checks.push((value, visit) => (isObject(value) ? check(value, visit) : undefined));
  const count = (object: JsonObject): number => Object.keys(object).length;
  if (maxProperties !== undefined) each((object, { path, errors }) => void (count(object) > maxProperties && errors.push(fieldError.tooMany(path, maxProperties, count(object)))));
  if (minProperties !== undefined) each((object, { path, errors }) => void (count(object) < minProperties && errors.push(fieldError.invalid(path, count(object), inBody(path, `should have at least ${minProperties} properties`)))));
  if (required.length > 0) each((object, { path, errors }) => errors.push(...required.filter((name) => !has(object, name)).map((name) => fieldError.required(below(path, name)))));
  if (schema['x-kubernetes-embedded-resource']) checks.push(checkEmbedded(compileValidate(objectMetaSchema)));
  each((object, { path, old, errors }) => {
    const before = isObject(old) ? old : {};
    for (const [name, validate] of fields) if (has(object, name)) validate(object[name], { path: below(path, name), old: ownValue(before, name), errors });
    if (ofRest) for (const name of Object.keys(object)) if (!known.has(name)) ofRest(object[name], { path: below(path, name), old: ownValue(before, name), errors });
  });
  return checks;
}

export interface CompileOptions {
  readonly compileRules?: CompileRules | undefined;
  readonly isRoot?: boolean;
}

/** Texts are those of go-openapi's validator as the API passes them on. */
export function compileValidate(schema: Schema, options: CompileOptions = {}): Validate {
  const { type, nullable = false } = schema;
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const isFree = schema['x-kubernetes-preserve-unknown-fields'] === true && !type;
  const allowed = schema.enum;
  const rules = options.compileRules?.(schema, options.isRoot ?? false);
  const checks = [
    ...stringChecks(schema),
    ...numberChecks(schema),
    ...listChecks(schema, options.compileRules),
    ...objectChecks(schema, options),
    ...alternatives(isIntOrString ? { ...schema, anyOf: schema.anyOf ?? [{ type: 'integer' }, { type: 'string' }] } : schema, (part) => compileValidate(part)),
  ];
  return (value, visit) => {
    if (value === null && (nullable || isFree)) return;
    if (type && !isOfType(value, type)) {
      visit.errors.push(wrongType(visit, type, typeNameOf(value)));
      return;
    }
    if (value === null && !isIntOrString && !type) return;
    const before = visit.errors.length;
    for (const check of checks) check(value, visit);
    if (allowed && !allowed.some((one) => jsonEqual(one, value))) {
      visit.errors.push(fieldError.notSupported(visit.path, value, allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))));
    }
    // Rules may trust that the value is what the schema says.
    if (rules && visit.errors.length === before) rules(value, visit);
  };
}
