import type { ResourceType } from '@typernetes/api';
import type { Clock, KubernetesObject, Random } from '@typernetes/machinery';
import { hasReason } from '@typernetes/machinery';
import type { Logger } from '@typernetes/component';
import type { ApiClient, ResourceClient, WatchEvent } from './api-client';
import { backoffMs } from './backoff';
import { IndexedStore } from './indexed-store';
import type { Informer, InformerHandlers, ObjectKey } from './informer-types';
import { keyOf } from './object-key';

/** What part of a kind an informer follows. */
export interface Selection {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface InformerDependencies {
  client: ApiClient;
  clock: Clock;
  random: Random;
  logger: Logger;
}

const retry = { initialMs: 200, maxMs: 10_000, jitter: 0.5 };

/** Without a connection an attempt costs the server nothing, and a cluster that starts should not wait for us. */
const retryUnavailable = { ...retry, maxMs: 500 };

/** The informer behind InformerFactory: see the contract at `Informer`. */
export class WatchingInformer<T extends KubernetesObject> implements Informer<T> {
  private readonly store = new IndexedStore<T>();
  private readonly handlers: InformerHandlers<T>[] = [];
  private readonly resource: ResourceClient<T>;
  private markSynced: () => void = () => {};
  private readonly firstSync = new Promise<void>((resolve) => (this.markSynced = resolve));
  private isSynced = false;
  private started = false;

  constructor(
    private readonly type: ResourceType<T>,
    private readonly selection: Selection,
    private readonly dependencies: InformerDependencies,
  ) {
    this.resource = dependencies.client.resource(type);
  }

  get synced(): boolean {
    return this.isSynced;
  }

  async whenSynced(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!signal) return this.firstSync;
    const aborted = new Promise<never>((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
    return Promise.race([this.firstSync, aborted]);
  }

  onChange(handlers: InformerHandlers<T>): void {
    this.handlers.push(handlers);
    for (const object of this.store.list()) handlers.added?.(object);
  }

  addIndex(indexName: string, indexer: (object: T) => string[]): void {
    this.store.addIndexer(indexName, indexer);
  }

  get(key: ObjectKey): T | undefined {
    return this.store.get(key);
  }

  list(namespace?: string): T[] {
    return this.store.list(namespace);
  }

  byIndex(indexName: string, value: string): T[] {
    return this.store.byIndex(indexName, value);
  }

  /** Follows the kind until the signal aborts. */
  start(signal: AbortSignal): void {
    if (this.started) return;
    this.started = true;
    void this.follow(signal);
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.dependencies;
    let resourceVersion: string | undefined;
    let failures = 0;
    let backoff = retry;
    while (!signal.aborted) {
      try {
        resourceVersion ??= await this.listAll();
        for await (const batch of this.resource.watch({ ...this.selection, resourceVersion, allowWatchBookmarks: true, signal })) {
          failures = 0;
          for (const event of batch) resourceVersion = this.apply(event) ?? resourceVersion;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (hasReason(error, 'Expired', 'Gone')) {
          resourceVersion = undefined;
        } else {
          failures++;
          backoff = hasReason(error, 'ServiceUnavailable') ? retryUnavailable : retry;
          // A restart of the apiserver is over by then; who waits longer says so now and then.
          const log = failures % 20 === 10 ? 'warn' : 'debug';
          logger[log]({ error, resource: this.type.resource, failures }, 'lost the watch, trying again');
        }
      }
      // A watch that ends at once and without an error must not turn into a busy loop.
      const pause = failures ? backoffMs(failures, backoff, random) : retry.initialMs * random.next();
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }

  private async listAll(): Promise<string | undefined> {
    const { items, metadata } = await this.resource.list(this.selection);
    const gone = new Set(this.store.keys());
    for (const object of items) {
      gone.delete(keyOf(object));
      this.put(object);
    }
    for (const key of gone) this.remove(key);
    if (!this.isSynced) {
      this.isSynced = true;
      this.markSynced();
    }
    return metadata.resourceVersion;
  }

  private apply({ type, object }: WatchEvent<T>): string | undefined {
    if (type === 'DELETED') this.remove(keyOf(object), object);
    else if (type !== 'BOOKMARK') this.put(object);
    return object.metadata?.resourceVersion;
  }

  private put(object: T): void {
    const previous = this.store.set(object);
    if (!previous) this.tell((handlers) => handlers.added?.(object));
    else if (previous.metadata?.resourceVersion !== object.metadata?.resourceVersion) {
      this.tell((handlers) => handlers.updated?.(object, previous));
    }
  }

  private remove(key: ObjectKey, last?: T): void {
    const previous = this.store.delete(key);
    if (previous) this.tell((handlers) => handlers.deleted?.(last ?? previous));
  }

  /** A handler that throws is a bug of its owner: the others, and the watch, go on. */
  private tell(call: (handlers: InformerHandlers<T>) => void): void {
    for (const handlers of this.handlers) {
      try {
        call(handlers);
      } catch (error) {
        this.dependencies.logger.error({ error, resource: this.type.resource }, 'an informer handler threw');
      }
    }
  }
}
