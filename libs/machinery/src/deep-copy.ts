/** A copy of a JSON value that shares nothing with it. Several times faster than structuredClone. */
export function deepCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  return (Array.isArray(value) ? value.map(deepCopy) : copyObject(value)) as T;
}

function copyObject(source: object): object {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(source)) {
    // Assigning would set the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: deepCopy(value), enumerable: true, configurable: true, writable: true });
    else copy[key] = deepCopy(value);
  }
  return copy;
}

/** A JSON object: neither null nor a list. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
