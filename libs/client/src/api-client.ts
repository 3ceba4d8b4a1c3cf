import type { ResourceType } from '@typernetes/api';
import type { KubernetesList, KubernetesObject } from '@typernetes/machinery';

/** meta/v1 ListOptions, in the spelling of the API. An absent namespace means all namespaces. */
export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  limit?: number;
  continue?: string;
}

export interface WatchOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
  allowWatchBookmarks?: boolean;
  sendInitialEvents?: boolean;
  timeoutSeconds?: number;
  /** Ends the watch. */
  signal?: AbortSignal;
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  /** Only metadata.resourceVersion (and annotations) are set. */
  | { type: 'BOOKMARK'; object: T };

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml';

export interface WriteOptions {
  namespace?: string;
  /** `status`, `scale`, `binding`, ... */
  subresource?: string;
  fieldManager?: string;
}

export interface DeleteOptions {
  namespace?: string;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * Verbs on one kind. Objects are plain JSON and may be shared with caches: treat what you get as read-only and copy
 * (`structuredClone`) before changing. Every failed call throws an ApiError; transport trouble is ServiceUnavailable or
 * Timeout, never an answer about the object. Namespaces of writes default to the object's.
 */
export interface ResourceClient<T extends KubernetesObject> {
  /** @throws ApiError NotFound */
  get(name: string, options?: { namespace?: string; subresource?: string; resourceVersion?: string }): Promise<T>;
  /** Pages are the caller's business when `limit` is set; without it all items come. */
  list(options?: ListOptions): Promise<KubernetesList<T>>;
  /** Batches as they arrive. The iteration ends when the server closes; throws ApiError Expired when the revision is too old. */
  watch(options?: WatchOptions): AsyncIterable<WatchEvent<T>[]>;
  create(object: T, options?: WriteOptions): Promise<T>;
  /** POST to a subresource of `name`: Binding, TokenRequest, Eviction, ... */
  createSubresource<B extends KubernetesObject>(name: string, subresource: string, body: B, options?: WriteOptions): Promise<B>;
  /** @throws ApiError Conflict when metadata.resourceVersion is set and stale */
  update(object: T, options?: WriteOptions): Promise<T>;
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  patch(name: string, patch: unknown, options: WriteOptions & { type: PatchType; force?: boolean }): Promise<T>;
  /** Gives back the object when it stays for a while (finalizers, grace), else a Status. */
  delete(name: string, options?: DeleteOptions): Promise<KubernetesObject>;
}

/** A client of the API as one identity. gRPC and REST implement it alike. */
export interface ApiClient {
  resource<T extends KubernetesObject>(type: ResourceType<T>): ResourceClient<T>;
  /** Frees connections; open watches end. */
  close(): void;
}
