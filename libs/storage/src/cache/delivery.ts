import type { CacheEntry } from './entry';

export type DeliveryType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

/** One watch event as it goes to clients. All watchers that get it share the object and its encodings. */
export class Delivery {
  private cachedFrame: Buffer | undefined;

  constructor(
    readonly type: DeliveryType,
    readonly entry: CacheEntry,
  ) {}

  /** The line of a JSON watch stream. */
  get frame(): Buffer {
    return (this.cachedFrame ??= Buffer.concat([Buffer.from(`{"type":"${this.type}","object":`), this.entry.value, Buffer.from('}\n')]));
  }
}

/**
 * One change of one object. Which of the three deliveries a watcher gets depends on whether it selected the object
 * before and selects it now; each is made at most once.
 */
export class Change {
  private cachedAdded: Delivery | undefined;
  private cachedModified: Delivery | undefined;
  private cachedDeleted: Delivery | undefined;

  constructor(
    readonly key: string,
    readonly revision: number,
    /** Absent when the object was deleted. */
    readonly current: CacheEntry | undefined,
    /** Absent when it was created. */
    readonly previous: CacheEntry | undefined,
  ) {}

  /** What a watcher sees that selected `previous` or not and selects `current` or not. */
  deliveryFor(selectedBefore: boolean, selectsNow: boolean): Delivery | undefined {
    if (selectsNow && this.current) {
      if (selectedBefore) return (this.cachedModified ??= new Delivery('MODIFIED', this.current));
      return (this.cachedAdded ??= new Delivery('ADDED', this.current));
    }
    if (selectedBefore && this.previous) {
      return (this.cachedDeleted ??= new Delivery('DELETED', this.previous.at(this.revision)));
    }
    return undefined;
  }
}
