import type { KubernetesObject } from '@typernetes/machinery';
import type { Lister, ObjectKey } from './informer-types';
import { keyOf } from './object-key';

type Indexer<T> = (object: T) => string[];

/** Objects by key, by namespace and by the indexes that were asked for. Changes are told to the caller, not kept. */
export class IndexedStore<T extends KubernetesObject> implements Lister<T> {
  private readonly objects = new Map<ObjectKey, T>();
  private readonly indexers = new Map<string, Indexer<T>>();
  private readonly indexes = new Map<string, Map<string, Set<ObjectKey>>>();

  constructor() {
    this.addIndexer(namespaceIndex, ({ metadata }) => [metadata?.namespace ?? '']);
  }

  get size(): number {
    return this.objects.size;
  }

  addIndexer(name: string, indexer: Indexer<T>): void {
    this.indexers.set(name, indexer);
    const index = new Map<string, Set<ObjectKey>>();
    this.indexes.set(name, index);
    for (const [key, object] of this.objects) addTo(index, indexer(object), key);
  }

  /** Returns what was there before. */
  set(object: T): T | undefined {
    const key = keyOf(object);
    const previous = this.objects.get(key);
    if (previous) this.unindex(key, previous);
    this.objects.set(key, object);
    for (const [name, indexer] of this.indexers) addTo(this.indexOf(name), indexer(object), key);
    return previous;
  }

  delete(key: ObjectKey): T | undefined {
    const previous = this.objects.get(key);
    if (!previous) return undefined;
    this.objects.delete(key);
    this.unindex(key, previous);
    return previous;
  }

  get(key: ObjectKey): T | undefined {
    return this.objects.get(key);
  }

  keys(): Iterable<ObjectKey> {
    return this.objects.keys();
  }

  list(namespace?: string): T[] {
    return namespace === undefined ? [...this.objects.values()] : this.byIndex(namespaceIndex, namespace);
  }

  byIndex(indexName: string, value: string): T[] {
    const found: T[] = [];
    for (const key of this.indexOf(indexName).get(value) ?? []) {
      const object = this.objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  private indexOf(name: string): Map<string, Set<ObjectKey>> {
    const index = this.indexes.get(name);
    if (!index) throw new Error(`no index is called ${JSON.stringify(name)}: add it before the informer starts`);
    return index;
  }

  private unindex(key: ObjectKey, object: T): void {
    for (const [name, indexer] of this.indexers) {
      const index = this.indexOf(name);
      for (const value of indexer(object)) {
        const keys = index.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index.delete(value);
      }
    }
  }
}

const namespaceIndex = 'namespace';

function addTo(index: Map<string, Set<ObjectKey>>, values: readonly string[], key: ObjectKey): void {
  for (const value of values) {
    const keys = index.get(value);
    if (keys) keys.add(key);
    else index.set(value, new Set([key]));
  }
}
