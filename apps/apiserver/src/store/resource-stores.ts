import type { KindDefinition, Registry } from '@typernetes/api';
import { apiErrors, formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { Attributes, CacheDeclaration, Mirror, WatchCache } from '@typernetes/storage';

/** Fields by which a watch is found without asking every watcher: kubelets', and single-object watches of kubectl. */
const indexedFields: Readonly<Record<string, readonly string[]>> = { pods: ['spec.nodeName'] };

/** The object as the kind shows it; undefined when somebody else would have to convert it first. */
function shownAs({ storedAs, ...kind }: KindDefinition, object: KubernetesObject): KubernetesObject | undefined {
  if (!storedAs) return object;
  return storedAs.convert && object.apiVersion !== formatApiVersion(kind) ? undefined : storedAs.fromStored(object);
}

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

function attributesOf(kinds: readonly KindDefinition[], object: KubernetesObject): Attributes {
  const metadata = object.metadata ?? {};
  const fields: Record<string, string> = { 'metadata.name': metadata.name ?? '' };
  if (metadata.namespace) fields['metadata.namespace'] = metadata.namespace;
  for (const kind of kinds) {
    const selectable = Object.entries(kind.selectableFields);
    if (selectable.length === 0) continue;
    const viewed = shownAs(kind, object);
    if (!viewed) continue;
    for (const [field, valueOf] of selectable) fields[field] ??= valueOf(viewed);
  }
  return { labels: metadata.labels ?? {}, fields };
}

/** What the mirror has to know of kinds that are stored under one path. */
function declarationOf(path: string, kinds: readonly KindDefinition[]): CacheDeclaration {
  const indexed = indexedFields[path];
  return { path, attributesOf: (object) => attributesOf(kinds, object), ...(indexed ? { indexedFields: indexed } : {}) };
}

/** All stores by kind, with their caches declared at the mirror. */
export class ResourceStores {
  private readonly stores = new Map<KindDefinition, ResourceStore>();
  /** Those of kinds that went too: requests may be under way that found them before. */
  private readonly known = new WeakMap<KindDefinition, ResourceStore>();

  constructor(
    registry: Registry,
    private readonly mirror: Mirror,
  ) {
    const byPath = new Map<string, KindDefinition[]>();
    for (const kind of registry) {
      if (kind.storagePath) byPath.set(kind.storagePath, [...(byPath.get(kind.storagePath) ?? []), kind]);
    }
    for (const [path, kinds] of byPath) {
      const declaration = declarationOf(path, kinds);
      this.keep(kinds, declaration, mirror.declare(declaration));
    }
  }

  /**
   * Stores of kinds that come while the server runs, all under one path; when this resolves, what is stored there can be
   * read. Watches of kinds that had this path before end.
   */
  async adopt(path: string, kinds: readonly KindDefinition[]): Promise<void> {
    const declaration = declarationOf(path, kinds);
    this.keep(kinds, declaration, await this.mirror.adopt(declaration));
  }

  /** Kinds that are served no more. */
  forget(kinds: readonly KindDefinition[]): void {
    for (const kind of kinds) this.stores.delete(kind);
  }

  /** Ends what is left of a path when none of its kinds is served any more. */
  drop(path: string): void {
    this.mirror.drop(path);
  }

  /** @throws ApiError MethodNotAllowed for kinds that are never stored */
  of(kind: KindDefinition): ResourceStore {
    const store = this.known.get(kind);
    if (!store) throw apiErrors.methodNotAllowed(kind, 'get');
    return store;
  }

  [Symbol.iterator](): Iterator<ResourceStore> {
    return this.stores.values();
  }

  private keep(kinds: readonly KindDefinition[], { path, attributesOf: attributes }: CacheDeclaration, cache: WatchCache): void {
    for (const kind of kinds) {
      const store = storeOf(kind, path, { cache, attributesOf: attributes });
      this.stores.set(kind, store);
      this.known.set(kind, store);
    }
  }
}

function storeOf(kind: KindDefinition, path: string, shared: Pick<ResourceStore, 'cache' | 'attributesOf'>): ResourceStore {
  const prefix = `/registry/${path}/`;
  const cacheKey = (namespace: string, name: string): string => (kind.namespaced ? `${namespace}/${name}` : name);
  return { kind, ...shared, prefix, cacheKey, storageKey: (namespace, name) => prefix + cacheKey(namespace, name) };
}
