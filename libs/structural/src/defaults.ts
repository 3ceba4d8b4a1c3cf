import { deepCopy } from '@typernetes/machinery';
import { additionalOf, isObject, itemsOf, type JsonObject, type Schema } from './schema';

/** Fills in what is missing, in place. */
export type ApplyDefaults = (value: unknown) => void;

/** What is done with one field or key of an object. */
type FillField = (owner: JsonObject, name: string) => void;

/** A null where none may be counts as "not set" (API docs: CustomResourceDefinition, "Defaulting and Nullable"). */
function fillField(schema: Schema): FillField {
  const fallback = schema.default;
  const inside = compileDefaults(schema);
  return (owner, name) => {
    if (owner[name] === null && !schema.nullable) delete owner[name];
    // Not what objects inherit: a field may be named `constructor`.
    if (!Object.hasOwn(owner, name) || owner[name] === undefined) {
      if (fallback === undefined) return;
      owner[name] = deepCopy(fallback);
    }
    inside?.(owner[name]);
  };
}

/** Undefined when the schema says nothing that could be missing. */
export function compileDefaults(schema: Schema): ApplyDefaults | undefined {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, fillField(field)] as const);
  const names = new Set(fields.map(([name]) => name));
  const additional = additionalOf(schema);
  const rest = additional && Object.keys(additional).length > 0 ? fillField(additional) : undefined;
  const items = itemsOf(schema);
  const ofItems = items && compileDefaults(items);
  if (fields.length === 0 && !rest && !ofItems && items?.default === undefined) return undefined;
  return (value) => {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        if (value[index] === null && items?.default !== undefined && !items.nullable) value[index] = deepCopy(items.default);
        ofItems?.(value[index]);
      }
    } else if (isObject(value)) {
      for (const [name, fill] of fields) fill(value, name);
      if (rest) for (const name of Object.keys(value)) if (!names.has(name)) rest(value, name);
    }
  };
}
