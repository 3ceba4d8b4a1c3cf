import type { Informer, InformerHandlers } from '@typernetes/client';
import type { KubernetesObject } from '@typernetes/machinery';

/** An informer whose world is what the test puts into it. */
export class MemoryInformer<T extends KubernetesObject> implements Informer<T> {
  readonly synced = true;
  private readonly objects = new Map<string, T>();
  private readonly handlers: InformerHandlers<T>[] = [];
  private readonly indexers = new Map<string, (object: T) => string[]>();

  put(object: T): void {
    const key = this.keyOf(object);
    const previous = this.objects.get(key);
    this.objects.set(key, object);
    for (const handler of this.handlers) previous ? handler.updated?.(object, previous) : handler.added?.(object);
  }

  remove(object: T): void {
    this.objects.delete(this.keyOf(object));
    for (const handler of this.handlers) handler.deleted?.(object);
  }

  get = (key: string): T | undefined => this.objects.get(key);
  list = (): T[] => [...this.objects.values()];
  byIndex = (name: string, value: string): T[] => this.list().filter((object) => this.indexers.get(name)?.(object).includes(value));
  addIndex = (name: string, indexer: (object: T) => string[]): void => void this.indexers.set(name, indexer);
  whenSynced = async (): Promise<void> => undefined;

  onChange(handlers: InformerHandlers<T>): void {
    this.handlers.push(handlers);
    for (const object of this.objects.values()) handlers.added?.(object);
  }

  private keyOf = (object: T): string => `${object.metadata?.namespace ?? ''}/${object.metadata?.name}`;
}
