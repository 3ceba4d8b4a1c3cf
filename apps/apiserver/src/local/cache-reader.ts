import type { Registry, ResourceType } from '@typernetes/api';
import { apiErrors, type Cancel, type KubernetesObject } from '@typernetes/machinery';
import type { Mirror, Storage } from '@typernetes/storage';
import type { FollowOptions, ObjectChange, ObjectReader } from '../pipeline/object-reader';
import type { ResourceStore, ResourceStores } from '../store/resource-stores';

/** Reads of the apiserver's own parts: from the caches, parsed once per version and kept. */
export class CacheReader implements ObjectReader {
  constructor(
    private readonly registry: Registry,
    private readonly stores: ResourceStores,
    private readonly sources: { readonly mirror: Mirror; readonly storage: Storage },
  ) {}

  get<T extends KubernetesObject>(type: ResourceType<T>, name: string, namespace = ''): T | undefined {
    const store = this.syncedStore(type);
    return store.cache.get(store.cacheKey(namespace, name))?.object as T | undefined;
  }

  list<T extends KubernetesObject>(type: ResourceType<T>, namespace = ''): T[] {
    const prefix = type.namespaced && namespace ? `${namespace}/` : '';
    return this.syncedStore(type).cache.list({ prefix }).entries.map((entry) => entry.object as T);
  }

  async read<T extends KubernetesObject>(type: ResourceType<T>, name: string, namespace = ''): Promise<T | undefined> {
    const { entry } = await this.sources.storage.get(this.storeOf(type).storageKey(namespace, name));
    return entry && (JSON.parse(entry.value.toString()) as T);
  }

  onChange<T extends KubernetesObject>(type: ResourceType<T>, handle: (change: ObjectChange<T>) => void, { withField }: FollowOptions = {}): Cancel {
    // Quotes within texts are escaped, so this is a field and nothing else.
    const mark = withField && Buffer.from(`"${withField}":"`);
    const watcher = this.syncedStore(type).cache.watch({ prefix: '' }, { wantsBookmarks: false });
    const drain = (): void => {
      for (const { type: change, entry } of watcher.take()) {
        if (mark && !entry.value.includes(mark)) continue;
        // Followers keep what they need: whole objects of all pods, and of what they were before, would be most of the memory.
        if (change !== 'BOOKMARK') handle({ type: change, object: entry.parse() as T });
      }
    };
    watcher.onReady = drain;
    drain();
    return () => watcher.stop();
  }

  private storeOf(type: ResourceType): ResourceStore {
    const kind = this.registry.lookup(type.group, type.version, type.resource);
    if (!kind) throw apiErrors.pathNotFound();
    return this.stores.of(kind);
  }

  private syncedStore(type: ResourceType): ResourceStore {
    if (!this.sources.mirror.synced) throw apiErrors.serviceUnavailable('the caches have not been filled yet');
    return this.storeOf(type);
  }
}
