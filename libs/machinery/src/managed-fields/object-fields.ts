/** The fields that an applied configuration speaks of (KEP-555): what its manager comes to own. */
import { isJsonObject } from '../deep-copy';
import { groupItems } from './compare';
import { emptySet, isEmptySet, leaf, self, type FieldSet, type FieldSetBuilder } from './field-set';
import { resolveType, type FieldType, type MapType } from './field-type';
import { fieldElement } from './path-element';

/**
 * The set of an object's fields. Unlike in a comparison, maps and lists are themselves in it only where there is nothing
 * in them; items of lists and keys of maps always are.
 */
export function fieldsOf(object: object, type: FieldType): FieldSet {
  return innerFields(object, type) ?? emptySet;
}

/** The node of a value without its own membership; undefined when nothing is in it. */
function innerFields(value: unknown, type: FieldType): FieldSet | undefined {
  const resolved = resolveType(type, value);
  if (resolved.shape === 'leaf') return leaf;
  if (resolved.shape === 'map') return isJsonObject(value) ? mapFields(value, resolved) : undefined;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const node: FieldSetBuilder = {};
  for (const [element, items] of groupItems(value, resolved)) {
    const inner = items.length > 1 ? leaf : innerFields(items[0], resolved.items);
    node[element] = asMember(inner);
  }
  return node;
}

function mapFields(fields: Readonly<Record<string, unknown>>, type: MapType): FieldSet | undefined {
  const node: FieldSetBuilder = {};
  for (const name of Object.keys(fields)) {
    const [value, child] = [fields[name], type.type(name)];
    if (value === undefined || !child) continue;
    const inner = innerFields(value, child);
    const isEmptyMap = isJsonObject(value) && isEmptySet(value as FieldSet);
    if (value === null || isEmptyMap || !type.isField(name)) node[fieldElement(name)] = asMember(inner);
    else if (inner) node[fieldElement(name)] = inner;
  }
  return isEmptySet(node) ? undefined : node;
}

const asMember = (node: FieldSet | undefined): FieldSet => (node === undefined || isEmptySet(node) ? leaf : { [self]: leaf, ...node });

/**
 * The set with every struct's field on the way to a member: such fields exist only through what is in them, so who owns
 * what is in them owns them for the purpose of removal. Keys of maps and items of lists are left as they are.
 */
export function withNamedFields(set: FieldSet, type: FieldType | undefined): FieldSet {
  const result: FieldSetBuilder = {};
  for (const element in set) {
    const node = set[element] as FieldSet;
    if (element === self || isEmptySet(node)) {
      result[element] = leaf;
      continue;
    }
    const child = childType(type, element);
    const inner = withNamedFields(node, child);
    const isField = type?.shape === 'map' && element.startsWith('f:') && type.isField(element.slice(2));
    result[element] = isField ? { [self]: leaf, ...inner } : inner;
  }
  return result;
}

/** The type behind a path element. */
export function childType(type: FieldType | undefined, element: string): FieldType | undefined {
  if (type?.shape === 'deduced') return type;
  if (type?.shape === 'map') return element.startsWith('f:') ? type.type(element.slice(2)) : undefined;
  return type?.shape === 'list' ? type.items : undefined;
}
