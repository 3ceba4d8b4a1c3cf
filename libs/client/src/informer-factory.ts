import { setMaxListeners } from 'node:events';
import type { ResourceType } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { Informer } from './informer-types';
import type { InformerDependencies, Selection } from './informer';
import { WatchingInformer } from './informer';

interface Startable {
  start(signal: AbortSignal): void;
  whenSynced(signal?: AbortSignal): Promise<void>;
}

/** Hands out one informer per kind and selection, so that all parts of a component share its cache and its watch. */
export class InformerFactory {
  private readonly informers = new Map<string, Startable>();
  private signal: AbortSignal | undefined;

  constructor(private readonly dependencies: InformerDependencies) {}

  /** Informers that are asked for after `start` start at once. */
  informer<T extends KubernetesObject>(type: ResourceType<T>, selection: Selection = {}): Informer<T> {
    const key = JSON.stringify([type.group, type.version, type.resource, selection.namespace, selection.labelSelector, selection.fieldSelector]);
    const known = this.informers.get(key);
    // The key holds the type, so what is stored under it follows T.
    if (known instanceof WatchingInformer) return known as WatchingInformer<T>;
    const informer = new WatchingInformer(type, selection, this.dependencies);
    this.informers.set(key, informer);
    if (this.signal) informer.start(this.signal);
    return informer;
  }

  /** Starts all until the signal aborts. */
  start(signal: AbortSignal): void {
    this.signal = signal;
    // Every informer listens to it, and there is one per kind: no leak.
    setMaxListeners(0, signal);
    for (const informer of this.informers.values()) informer.start(signal);
  }

  /** Resolves when every informer handed out so far has its first full list. */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.informers.values()].map((informer) => informer.whenSynced(signal)));
  }
}
