import { fieldError, type FieldError } from '@typernetes/machinery';
import { itemsOf, type Schema } from './schema';

/** Words that shape an object rather than judge it; only the structure itself may have them. */
const shaping: readonly [keyof Schema, string][] = [
  ['type', 'must be empty to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['nullable', 'must be false to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
];

interface Nested {
  readonly schema: Schema;
  readonly path: string;
}

function nestedOf(schema: Schema, path: string): Nested[] {
  const lists = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((word) => (schema[word] ?? []).map((nested, index) => ({ schema: nested, path: `${path}.${word}[${index}]` })));
  return [...lists, ...(schema.not ? [{ schema: schema.not, path: `${path}.not` }] : [])];
}

const isTypePair = (list: readonly Schema[] | undefined): boolean => list?.length === 2 && list.every((schema, index) => Object.keys(schema).length === 1 && schema.type === ['integer', 'string'][index]);

/** The two forms in which an int-or-string may say its types once more: anyOf, or the first part of allOf. */
function isIntOrStringTyping(schema: Schema, path: string, nested: Nested): boolean {
  if (!schema['x-kubernetes-int-or-string']) return false;
  if (isTypePair(schema.anyOf) && nested.path.startsWith(`${path}.anyOf[`)) return true;
  return nested.path === `${path}.allOf[0]` && isTypePair(schema.allOf?.[0]?.anyOf) && Object.keys(schema.allOf?.[0] ?? {}).length === 1;
}

/**
 * What stands below allOf, anyOf, oneOf and not may only judge values, and only those whose structure is told outside
 * of it.
 */
export function checkValueValidations(schema: Schema, path: string, out: FieldError[]): void {
  for (const nested of nestedOf(schema, path)) if (!isIntOrStringTyping(schema, path, nested)) checkNested(nested, { schema, path }, out);
}

function checkNested(nested: Nested, structure: Nested, out: FieldError[]): void {
  for (const [word, text] of shaping) {
    const value = nested.schema[word];
    if (value !== undefined && value !== false && value !== '') out.push(fieldError.forbidden(`${nested.path}.${word}`, text));
  }
  for (const [name, field] of Object.entries(nested.schema.properties ?? {})) {
    const own = { schema: field, path: `${nested.path}.properties[${name}]` };
    const outside = structure.schema.properties?.[name];
    const place = `${structure.path}.properties[${name}]`;
    if (name === 'metadata' && !outside) out.push(fieldError.forbidden(own.path, 'must not be specified in a nested context'));
    else if (outside) checkNested(own, { schema: outside, path: place }, out);
    else if (!structure.schema['x-kubernetes-preserve-unknown-fields']) out.push(fieldError.required(place, `because it is defined in ${own.path}`));
  }
  const items = itemsOf(nested.schema);
  if (items) {
    const own = { schema: items, path: `${nested.path}.items` };
    const outside = itemsOf(structure.schema);
    if (outside) checkNested(own, { schema: outside, path: `${structure.path}.items` }, out);
    else out.push(fieldError.required(`${structure.path}.items`, `because it is defined in ${own.path}`));
  }
  for (const deeper of nestedOf(nested.schema, nested.path)) checkNested(deeper, structure, out);
}
