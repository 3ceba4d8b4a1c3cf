/**
 * Strategic merge patch (sig-api-machinery "strategic-merge-patch", "preserve-order-in-strategic-merge-patch", "apply:
 * add/clear fields"): a merge patch that knows which lists are sets and which are maps by a key, and understands
 * directives: `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/<field>`, `$setElementOrder/<field>`.
 */
import { isDeepStrictEqual } from 'node:util';
import { deepCopy, isJsonObject } from './deep-copy';
import { checkOrder, orderLike, sameElement } from './list-order';
import type { PatchSchema } from './patch-schema';

type JsonObject = Record<string, unknown>;

/** A patch that contradicts itself or its schema. The message is upstream's; the client gets it as BadRequest. */
export class StrategicMergePatchError extends Error {
  override readonly name = 'StrategicMergePatchError';
}

const directive = '$patch';
const retainKeys = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/** Neither argument is changed, and the result shares nothing with them. @throws StrategicMergePatchError */
export function applyStrategicMergePatch<T>(original: T, patch: unknown, schema: PatchSchema | undefined): T {
  if (!isJsonObject(patch)) throw new StrategicMergePatchError('cannot restore slice from map');
  return mergeObject(deepCopy(original) as JsonObject, deepCopy(patch), schema) as T;
}

/** `original` and `patch` are the callee's own copies: both may be taken apart. */
function mergeObject(original: JsonObject, patch: JsonObject, schema: PatchSchema | undefined): JsonObject {
  if (directive in patch) {
    const type = patch[directive];
    delete patch[directive];
    if (type === 'delete') return {};
    if (type === 'replace') return withoutNulls(patch);
    if (type !== 'merge') throw new StrategicMergePatchError(`unknown patch type: ${String(type)} in map: ${JSON.stringify(patch)}`);
  }
  applyRetainKeys(original, patch);
  applyPrimitiveDeletions(original, patch);
  const orders = takeOrders(patch);
  for (const field of Object.keys(patch)) {
    if (field !== '__proto__') mergeField(original, patch, { field, schema: schema?.property(field), order: orders.get(field) });
    orders.delete(field);
  }
  for (const [field, order] of orders) {
    const list = original[field];
    if (Array.isArray(list)) original[field] = orderLike(list, order, list, schema?.property(field)?.patchMergeKey);
  }
  return original;
}

interface Field {
  field: string;
  schema: PatchSchema | undefined;
  order: unknown[] | undefined;
}

function mergeField(original: JsonObject, patch: JsonObject, { field, schema, order }: Field): void {
  const value = patch[field];
  if (value === null) {
    delete original[field];
    return;
  }
  const current = original[field];
  const strategy = schema?.patchStrategy ?? [];
  if (isJsonObject(value)) {
    const base = isJsonObject(current) && !strategy.includes('replace') ? current : {};
    original[field] = mergeObject(base, value, schema);
  } else if (Array.isArray(value)) {
    original[field] = strategy.includes('merge')
      ? mergeList(Array.isArray(current) ? current : [], value, { field, schema, order })
      : value.map(withoutNulls);
  } else {
    original[field] = value;
  }
}

/** A new value has nothing that a null could remove. */
function withoutNulls<T>(value: T): T {
  if (!isJsonObject(value)) return value;
  const object: JsonObject = value;
  for (const [key, inner] of Object.entries(object)) {
    if (inner === null) delete object[key];
    else withoutNulls(inner);
  }
  return value;
}

/** `$retainKeys` names the fields that stay; what the patch sets must be among them. */
function applyRetainKeys(original: JsonObject, patch: JsonObject): void {
  if (!(retainKeys in patch)) return;
  const keys = patch[retainKeys];
  delete patch[retainKeys];
  if (!Array.isArray(keys)) throw new StrategicMergePatchError('invalid patch format of retainKeys');
  const retained = new Set(keys);
  const isField = (key: string): boolean => !key.startsWith(deletePrefix) && !key.startsWith(orderPrefix);
  for (const key of Object.keys(patch)) {
    if (isField(key) && !retained.has(key)) throw new StrategicMergePatchError("patch content doesn't match retainKeys list");
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

function applyPrimitiveDeletions(original: JsonObject, patch: JsonObject): void {
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(deletePrefix)) continue;
    const unwanted = patch[key];
    delete patch[key];
    if (!Array.isArray(unwanted)) throw new StrategicMergePatchError('invalid patch format of primitive list');
    const field = key.slice(deletePrefix.length);
    const list = original[field];
    if (Array.isArray(list)) original[field] = list.filter((item) => !unwanted.includes(item));
  }
}

/** Takes the `$setElementOrder` lists out of the patch, by field. */
function takeOrders(patch: JsonObject): Map<string, unknown[]> {
  const orders = new Map<string, unknown[]>();
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    const order = patch[key];
    delete patch[key];
    if (!Array.isArray(order)) throw new StrategicMergePatchError('invalid patch format of setElementOrder list');
    orders.set(key.slice(orderPrefix.length), order);
  }
  return orders;
}

function mergeList(original: unknown[], patch: unknown[], { field, schema, order }: Field): unknown[] {
  const mergeKey = schema?.patchMergeKey;
  if ([...original, ...patch].some(Array.isArray)) throw new StrategicMergePatchError('lists of lists are not supported');
  const isObjects = patch.some(isJsonObject) || (patch.length === 0 && original.some(isJsonObject));
  const key = isObjects ? mergeKey : undefined;
  if (isObjects && key === undefined) throw new StrategicMergePatchError(`no merge key for the list ${field}`);
  const { base, items } = applyListDirectives(original, patch, key);
  if (order) {
    const problem = checkOrder(items, order, key);
    if (problem) throw new StrategicMergePatchError(problem);
  }
  const merged = key === undefined ? mergePrimitives(base, items) : mergeByKey(base, items, { key, schema: schema?.items });
  return orderLike(merged, order ?? items, original, key);
}

/** Items that are orders rather than values: `{$patch: delete, name: a}` and `{$patch: replace}`. */
function applyListDirectives(original: unknown[], patch: unknown[], key: string | undefined): { base: unknown[]; items: unknown[] } {
  let base = original;
  const items: unknown[] = [];
  for (const item of patch) {
    if (!isJsonObject(item) || !(directive in item)) {
      items.push(item);
      continue;
    }
    const type = item[directive];
    if (type === 'replace') base = [];
    else if (type === 'delete') base = base.filter((other) => !sameElement(other, requireKey(item, key), key));
    else if (type === 'merge') throw new StrategicMergePatchError('merging lists cannot yet be specified in the patch');
    else throw new StrategicMergePatchError(`unknown patch type: ${String(type)} in map: ${JSON.stringify(item)}`);
  }
  return { base, items };
}

function requireKey(item: JsonObject, key: string | undefined): JsonObject {
  if (key === undefined) throw new StrategicMergePatchError('delete patch type with no merge key defined');
  if (item[key] === undefined) {
    throw new StrategicMergePatchError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
  }
  return item;
}

function mergePrimitives(base: unknown[], items: unknown[]): unknown[] {
  const merged = [...base];
  for (const item of items) if (!merged.some((other) => isDeepStrictEqual(other, item))) merged.push(item);
  return merged;
}

function mergeByKey(base: unknown[], items: unknown[], { key, schema }: { key: string; schema: PatchSchema | undefined }): unknown[] {
  const merged = [...base];
  for (const item of items) {
    if (!isJsonObject(item)) throw new StrategicMergePatchError('list element types are not identical');
    requireKey(item, key);
    const at = merged.findIndex((other) => sameElement(other, item, key));
    const current = merged[at];
    if (isJsonObject(current)) merged[at] = mergeObject(current, item, schema);
    else merged.push(mergeObject({}, item, schema));
  }
  return merged;
}
