import { fieldError } from '@typernetes/machinery';
import { isObject, type JsonObject, type Schema } from './schema';
import type { Visit } from './visit';

/** The same text for the same JSON value, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

/** Items of a set are all different, items of a map differ in their keys (API docs: "Merge strategy"). */
export function checkLists(schema: Schema): ((list: readonly unknown[], visit: Visit) => void) | undefined {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const identityOf = (item: unknown): unknown =>
    listType === 'set' ? item : isObject(item) ? (Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]])) as JsonObject) : undefined;
  return (list, { path, errors }) => {
    const seen = new Map<string, boolean>();
    for (const [index, item] of list.entries()) {
      const identity = identityOf(item);
      if (identity === undefined) continue;
      const text = canonical(identity);
      const wasTold = seen.get(text);
      if (wasTold === false) errors.push(fieldError.duplicate(`${path}[${index}]`, identity));
      seen.set(text, wasTold !== undefined);
    }
  };
}
