import type { ResourceType } from '@typernetes/api';
import type { Cancel, KubernetesObject } from '@typernetes/machinery';

export interface FollowOptions {
  /**
   * Only objects that have a field of this name, with a text in it, at any depth: the others are passed over unread. For
   * fields that an object never loses again.
   */
  readonly withField?: string;
}

export interface ObjectChange<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

/**
 * Reading inside the apiserver, without authorisation: straight from the watch caches, which are at most milliseconds
 * behind the store, or from the store. Objects are shared: never change them.
 */
export interface ObjectReader {
  /** From the cache; undefined when unknown. Throws ServiceUnavailable before the first sync of the cache. */
  get<T extends KubernetesObject>(type: ResourceType<T>, name: string, namespace?: string): T | undefined;
  /** From the cache; without namespace all. */
  list<T extends KubernetesObject>(type: ResourceType<T>, namespace?: string): T[];
  /** From the store itself: for decisions that a stale cache would get wrong. */
  read<T extends KubernetesObject>(type: ResourceType<T>, name: string, namespace?: string): Promise<T | undefined>;
  /** First ADDED for all that is there, then changes as they come. Runs until cancelled. */
  onChange<T extends KubernetesObject>(type: ResourceType<T>, handle: (change: ObjectChange<T>) => void, options?: FollowOptions): Cancel;
}
