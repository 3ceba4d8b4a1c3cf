/** Merges an applied configuration into the live object (KEP-555 "merge"): by field, by key, by value; atomic values are replaced. */
import { isJsonObject } from '../deep-copy';
import { groupItems } from './compare';
import { itemElement, resolveType, type FieldType, type ListType, type MapType } from './field-type';

type Fields = Readonly<Record<string, unknown>>;

/** The live object with what the configuration says. Shares its parts with both; order of fields is the live object's. */
export function mergeObjects<T extends object>(live: T, config: object, type: FieldType): T {
  return merge(live, config, type) as T;
}

function merge(live: unknown, config: unknown, type: FieldType): unknown {
  if (config === undefined) return live;
  if (live === undefined) return config;
  // A null says nothing about what is in a map or list.
  if (config === null && (type.shape === 'map' || type.shape === 'list') && typeof live === 'object' && live !== null) return live;
  const resolved = resolveType(type, config);
  if (resolved.shape === 'map' && isJsonObject(config)) return isJsonObject(live) ? mergeMaps(live, config, resolved) : config;
  if (resolved.shape === 'list' && Array.isArray(config)) return mergeLists(Array.isArray(live) ? live : [], config, resolved);
  return config;
}

function mergeMaps(live: Fields, config: Fields, type: MapType): Fields {
  const result: Record<string, unknown> = { ...live };
  for (const name of Object.keys(config)) {
    const child = type.type(name);
    if (name !== '__proto__') result[name] = child ? merge(Object.hasOwn(live, name) ? live[name] : undefined, config[name], child) : config[name];
  }
  return result;
}

/**
 * The configuration's items in its order. Items of the live list alone keep their place: before the next item that both
 * lists have.
 */
function mergeLists(live: readonly unknown[], config: readonly unknown[], type: ListType): unknown[] {
  const liveElements = live.map((item) => itemElement(type, item));
  const liveGroups = groupItems(live, type);
  const elements = config.map((item) => itemElement(type, item));
  const configured = new Set(elements);
  const shared = elements.filter((element) => liveGroups.has(element));
  const result: unknown[] = [];
  let [at, nextShared] = [0, 0];
  const passLive = (until: string | undefined): void => {
    for (; at < live.length && liveElements[at] !== until; at++) if (!configured.has(liveElements[at] ?? '')) result.push(live[at]);
  };
  config.forEach((item, i) => {
    passLive(shared[nextShared]);
    const element = elements[i] ?? '';
    const twins = liveGroups.get(element) ?? [];
    result.push(twins.length === 1 ? merge(twins[0], item, type.items) : item);
    if (element !== shared[nextShared]) return;
    if (liveElements[at] === element) at++;
    nextShared++;
  });
  passLive(undefined);
  return result;
}
