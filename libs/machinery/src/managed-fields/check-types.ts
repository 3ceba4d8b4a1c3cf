/** Whether an applied configuration has the shape that its type asks for: field by field, with upstream's texts. */
import { isJsonObject } from '../deep-copy';
import { itemElement, KeyError, resolveType, type FieldType, type LeafType, type ListType, type MapType } from './field-type';
import { fieldElement, formatPath } from './path-element';

/** What is wrong, each with its path: `.spec.replicas: expected numeric (int or float), got string`. */
export function typeErrors(object: object, type: FieldType): string[] {
  const errors: string[] = [];
  check(object, type, { path: [], errors });
  return errors;
}

/** Several errors as one text, as upstream joins them. */
export const joinTypeErrors = (errors: readonly string[]): string => (errors.length === 1 ? (errors[0] ?? '') : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`);

interface State {
  readonly path: readonly string[];
  readonly errors: string[];
}

const say = ({ path, errors }: State, text: string): void => void errors.push(path.length > 0 ? `${formatPath(path)}: ${text}` : text);

function check(value: unknown, type: FieldType, state: State): void {
  const resolved = resolveType(type, value);
  if (value === null || value === undefined) return;
  switch (resolved.shape) {
    case 'leaf':
      return checkLeaf(value, resolved, state);
    case 'map':
      return isJsonObject(value) ? checkMap(value, resolved, state) : say(state, `expected map, got ${shown(value)}`);
    case 'list':
      return Array.isArray(value) ? checkList(value, resolved, state) : say(state, `expected list, got ${shown(value)}`);
  }
}

function checkLeaf(value: unknown, { expects }: LeafType, state: State): void {
  switch (expects) {
    case 'string':
      return typeof value === 'string' ? undefined : say(state, `expected string, got ${shown(value)}`);
    case 'number':
      return typeof value === 'number' ? undefined : say(state, `expected numeric (int or float), got ${goType(value)}`);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : say(state, `expected boolean, got ${goType(value)}`);
    case 'list':
      return Array.isArray(value) ? undefined : say(state, `expected list, got ${shown(value)}`);
    case 'map':
      return isJsonObject(value) ? undefined : say(state, `expected map, got ${shown(value)}`);
    case 'any':
      return undefined;
  }
}

function checkMap(fields: Readonly<Record<string, unknown>>, type: MapType, { path, errors }: State): void {
  for (const name of Object.keys(fields)) {
    const child = type.type(name);
    const inner = { path: [...path, fieldElement(name)], errors };
    if (child) check(fields[name], child, inner);
    else say(inner, 'field not declared in schema');
  }
}

function checkList(items: readonly unknown[], type: ListType, { path, errors }: State): void {
  const seen = new Set<string>();
  items.forEach((item, i) => {
    const element = elementOrError(type, item);
    if (element instanceof KeyError) return say({ path, errors }, `element ${i}: ${element.message}`);
    if (seen.has(element)) return say({ path, errors }, `duplicate entries for key ${formatPath([element])}`);
    seen.add(element);
    check(item, type.items, { path: [...path, element], errors });
  });
}

function elementOrError(type: ListType, item: unknown): string | KeyError {
  try {
    return itemElement(type, item);
  } catch (error) {
    if (error instanceof KeyError) return error;
    throw error;
  }
}

const shown = (value: unknown): string => `&{${Array.isArray(value) ? `[${value.map(String).join(' ')}]` : isJsonObject(value) ? `map${JSON.stringify(value)}` : String(value)}}`;

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
