import type { KubernetesObject } from '@typernetes/machinery';

/** `namespace/name`, or `name` for cluster-scoped objects: what work queues carry. */
export type ObjectKey = string;

/** A read-only view of what an informer has seen so far. Objects are shared: never mutate them. */
export interface Lister<T extends KubernetesObject> {
  get(key: ObjectKey): T | undefined;
  list(namespace?: string): T[];
  /** Objects whose index function `indexName` yields `value`. */
  byIndex(indexName: string, value: string): T[];
}

export interface InformerHandlers<T> {
  added?(object: T): void;
  updated?(object: T, previous: T): void;
  /** `object` is the last known state. */
  deleted?(object: T): void;
}

/**
 * Keeps a local copy of a kind by list and watch: resumes from the last revision after a lost connection, lists anew
 * after 410, backs off with jitter. Handlers run in order of the events, after the lister has been updated.
 */
export interface Informer<T extends KubernetesObject> extends Lister<T> {
  /** Handlers added late first get `added` for everything already known. */
  onChange(handlers: InformerHandlers<T>): void;
  /** Before start. */
  addIndex(indexName: string, indexer: (object: T) => string[]): void;
  /** True when the first full list has been delivered to the handlers. */
  readonly synced: boolean;
  /** Resolves at the first sync; rejects with the signal's reason. */
  whenSynced(signal?: AbortSignal): Promise<void>;
}

/** What a reconcile came to: done (forget back-off), again after a while, or (throw) back off and retry. */
export type ReconcileResult = void | { requeueAfterMs: number };

/**
 * The level-triggered contract: looks at the world as it is now and moves it one step towards what is wanted. It may
 * run at any time, any number of times, after a crash, with stale caches; names of created objects make a double
 * impossible. Throwing backs the key off; throwing a TerminalError logs and counts it and does not retry.
 */
export type Reconcile = (key: ObjectKey, signal: AbortSignal) => Promise<ReconcileResult>;
