import type { KindDefinition } from '@typernetes/api';
import { formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import { CacheEntry, Delivery } from '@typernetes/storage';

const views = new WeakMap<KindDefinition, WeakMap<CacheEntry, CacheEntry>>();

function viewsOf(kind: KindDefinition): WeakMap<CacheEntry, CacheEntry> {
  const known = views.get(kind) ?? new WeakMap<CacheEntry, CacheEntry>();
  views.set(kind, known);
  return known;
}

function remember(kind: KindDefinition, entry: CacheEntry, object: KubernetesObject): CacheEntry {
  const value = Buffer.from(JSON.stringify(object));
  const view = value.equals(entry.value) ? entry : new CacheEntry(entry.key, value, entry.revision);
  viewsOf(kind).set(entry, view);
  return view;
}

/**
 * A read-only view of the stored form as this kind shows it; made once per version of the object. Where somebody else
 * converts, `prepareViews` has been called before.
 */
export function viewOf(kind: KindDefinition, entry: CacheEntry): CacheEntry {
  if (!kind.storedAs) return entry;
  return viewsOf(kind).get(entry) ?? remember(kind, entry, kind.storedAs.fromStored(entry.parse()));
}

/**
 * Has the views made that somebody else must make (conversion webhooks), all at once.
 * @throws ApiError when they can't be made
 */
export async function prepareViews(kind: KindDefinition, entries: readonly CacheEntry[]): Promise<void> {
  const { storedAs } = kind;
  if (!storedAs?.convert) return;
  const own = formatApiVersion(kind);
  const known = viewsOf(kind);
  const missing = entries.filter((entry) => !known.has(entry)).map((entry) => ({ entry, object: entry.parse() }));
  const foreign = missing.filter(({ object }) => object.apiVersion !== own);
  if (foreign.length === 0) return;
  const converted = await storedAs.convert(foreign.map(({ object }) => object), kind.version);
  foreign.forEach(({ entry }, i) => {
    const object = converted[i];
    if (object) remember(kind, entry, storedAs.fromStored(object));
  });
}

/** `viewOf`, whoever has to make it. */
export async function viewNow(kind: KindDefinition, entry: CacheEntry): Promise<CacheEntry> {
  if (kind.storedAs?.convert) await prepareViews(kind, [entry]);
  return viewOf(kind, entry);
}

/** The views of a list. */
export async function viewAll(kind: KindDefinition, entries: readonly CacheEntry[]): Promise<readonly CacheEntry[]> {
  if (!kind.storedAs) return entries;
  await prepareViews(kind, entries);
  return entries.map((entry) => viewOf(kind, entry));
}

/** An object of this kind as it is stored; other objects than `next` only where the form is another one. */
export async function storedOf({ storedAs, version }: KindDefinition, next: KubernetesObject): Promise<KubernetesObject> {
  if (!storedAs) return next;
  if (!storedAs.convert || storedAs.version === version) return storedAs.toStored(next);
  const [converted] = await storedAs.convert([next], storedAs.version);
  return converted ?? next;
}

/** A watch's delivery as this kind shows it; a bookmark only has to name the kind. */
export function viewDelivery(kind: KindDefinition, delivery: Delivery): Delivery {
  if (!kind.storedAs) return delivery;
  if (delivery.type !== 'BOOKMARK') {
    const view = viewOf(kind, delivery.entry);
    return view === delivery.entry ? delivery : new Delivery(delivery.type, view);
  }
  const { kind: _kind, apiVersion: _version, ...rest } = delivery.entry.parse();
  const value = Buffer.from(JSON.stringify({ kind: kind.kind, apiVersion: formatApiVersion(kind), ...rest }));
  return new Delivery('BOOKMARK', new CacheEntry(delivery.entry.key, value, delivery.entry.revision));
}
