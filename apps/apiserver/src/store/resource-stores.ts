import type { KindDefinition, Registry } from '@typernetes/api';
import { apiErrors, type KubernetesObject } from '@typernetes/machinery';
import { CacheEntry, type Attributes, type AttributesOf, type Mirror, type WatchCache } from '@typernetes/storage';

/** Fields by which a watch is found without asking every watcher: kubelets', and single-object watches of kubectl. */
const indexedFields: Readonly<Record<string, readonly string[]>> = { pods: ['spec.nodeName'] };

/** Where the objects of one kind are. Kinds that are two views of the same objects (events) share the cache. */
export interface ResourceStore {
  readonly kind: KindDefinition;
  readonly cache: WatchCache;
  /** Key in the store: `/registry/pods/default/a`. */
  storageKey(namespace: string, name: string): string;
  /** Key in the cache: `default/a`. */
  cacheKey(namespace: string, name: string): string;
  attributesOf(object: KubernetesObject): Attributes;
  /** Prefix of all keys in the store. */
  readonly prefix: string;
}

/** A read-only view of the stored form as this kind shows it. */
export function viewOf(kind: KindDefinition, entry: CacheEntry): CacheEntry {
  if (!kind.storedAs) return entry;
  const viewed = kind.storedAs.fromStored(entry.parse());
  return new CacheEntry(entry.key, Buffer.from(JSON.stringify(viewed)), entry.revision);
}

function attributesOf(kinds: readonly KindDefinition[], object: KubernetesObject): Attributes {
  const metadata = object.metadata ?? {};
  const fields: Record<string, string> = { 'metadata.name': metadata.name ?? '' };
  if (metadata.namespace) fields['metadata.namespace'] = metadata.namespace;
  for (const kind of kinds) {
    const viewed = kind.storedAs ? kind.storedAs.fromStored(object) : object;
    for (const [field, valueOf] of Object.entries(kind.selectableFields)) fields[field] ??= valueOf(viewed);
  }
  return { labels: metadata.labels ?? {}, fields };
}

/** All stores by kind, with their caches declared at the mirror. */
export class ResourceStores {
  private readonly stores = new Map<KindDefinition, ResourceStore>();

  constructor(registry: Registry, mirror: Mirror) {
    const byPath = new Map<string, KindDefinition[]>();
    for (const kind of registry) {
      if (kind.storagePath) byPath.set(kind.storagePath, [...(byPath.get(kind.storagePath) ?? []), kind]);
    }
    for (const [path, kinds] of byPath) {
      const attributes: AttributesOf = (object) => attributesOf(kinds, object);
      const cache = mirror.declare({
        path,
        attributesOf: attributes,
        ...(indexedFields[path] ? { indexedFields: indexedFields[path] } : {}),
      });
      for (const kind of kinds) this.stores.set(kind, storeOf(kind, path, { cache, attributesOf: attributes }));
    }
  }

  /** @throws ApiError MethodNotAllowed for kinds that are never stored */
  of(kind: KindDefinition): ResourceStore {
    const store = this.stores.get(kind);
    if (!store) throw apiErrors.methodNotAllowed(kind, 'get');
    return store;
  }

  [Symbol.iterator](): Iterator<ResourceStore> {
    return this.stores.values();
  }
}

function storeOf(kind: KindDefinition, path: string, shared: Pick<ResourceStore, 'cache' | 'attributesOf'>): ResourceStore {
  const prefix = `/registry/${path}/`;
  const cacheKey = (namespace: string, name: string): string => (kind.namespaced ? `${namespace}/${name}` : name);
  return { kind, ...shared, prefix, cacheKey, storageKey: (namespace, name) => prefix + cacheKey(namespace, name) };
}
