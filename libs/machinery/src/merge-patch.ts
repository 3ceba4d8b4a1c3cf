import { deepCopy, isJsonObject } from './deep-copy';

/**
 * JSON merge patch (RFC 7386): objects merge, null removes, all else replaces. Neither argument is changed, and the
 * result shares nothing with them. Own lines, since json-merge-patch writes into its target.
 */
export function applyMergePatch(original: unknown, patch: unknown): unknown {
  return merged(deepCopy(original), patch);
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return deepCopy(patch);
  const result: Record<string, unknown> = isJsonObject(target) ? target : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (key !== '__proto__') result[key] = merged(Object.hasOwn(result, key) ? result[key] : undefined, value);
  }
  return result;
}
