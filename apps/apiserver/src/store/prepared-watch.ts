import type { KindDefinition } from '@typernetes/api';
import { Delivery, type CacheEntry, type DeliveryType, type Watcher } from '@typernetes/storage';
import { prepareViews, viewOf } from './views';

/** What doors need of a watch, and those who follow all of them. */
export interface WatchSource extends Pick<Watcher, 'cut' | 'end' | 'isEnded' | 'isOpen' | 'isOverflown' | 'stop' | 'take'> {
  /** Set by the door: something can be taken, or the watch is over. */
  onReady: () => void;
}

/** Whether an object, as the kind shows it, is selected. */
export type ViewFilter = (view: CacheEntry) => boolean;

export interface PreparedWatchOptions {
  readonly filter?: ViewFilter;
  /** Objects as they were when the watch began, as far as they are known. */
  readonly before?: readonly CacheEntry[];
}

/**
 * A watch that gives deliveries out when their views are there (conversion webhooks), and only those that are selected by
 * them. When views can't be made the watch is over, as if the client had been too slow: it lists again, and hears why.
 */
export class PreparedWatch implements WatchSource {
  onReady: () => void = () => {};
  private ready: Delivery[] = [];
  private isBusy = false;
  private hasFailed = false;
  /** Which objects the client has been shown; absent: not known. */
  private readonly shown = new Map<string, boolean>();

  constructor(
    private readonly kind: KindDefinition,
    private readonly inner: Watcher,
    private readonly options: PreparedWatchOptions = {},
  ) {
    inner.onReady = () => void this.pump();
    void this.pump(options.before);
  }

  get isOverflown(): boolean {
    return this.hasFailed || this.inner.isOverflown;
  }

  get isEnded(): boolean {
    return this.inner.isEnded && !this.isBusy && this.ready.length === 0;
  }

  take(): Delivery[] {
    const taken = this.ready;
    this.ready = [];
    return taken;
  }

  get isOpen(): boolean {
    return !this.hasFailed && this.inner.isOpen;
  }

  cut(): void {
    this.ready = [];
    this.inner.cut();
    this.onReady();
  }

  end(): void {
    this.inner.end();
  }

  stop(): void {
    this.inner.stop();
  }

  private async pump(before?: readonly CacheEntry[]): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      if (before) await this.recall(before);
      for (let taken = this.inner.take(); taken.length > 0; taken = this.inner.take()) {
        await prepareViews(this.kind, taken.flatMap(({ type, entry }) => (type === 'BOOKMARK' ? [] : [entry])));
        for (const delivery of taken) this.offer(delivery);
        this.onReady();
      }
    } catch {
      this.hasFailed = true;
      this.inner.stop();
    }
    this.isBusy = false;
    this.onReady();
  }

  private async recall(before: readonly CacheEntry[]): Promise<void> {
    const { filter } = this.options;
    if (!filter) return;
    await prepareViews(this.kind, before);
    for (const entry of before) this.shown.set(entry.key, filter(viewOf(this.kind, entry)));
  }

  private offer(delivery: Delivery): void {
    const { filter } = this.options;
    if (!filter || delivery.type === 'BOOKMARK') return void this.ready.push(delivery);
    const { type, entry } = delivery;
    const isSelected = filter(viewOf(this.kind, entry));
    const shownBefore = this.shown.get(entry.key);
    if (type === 'DELETED') this.shown.delete(entry.key);
    else this.shown.set(entry.key, isSelected);
    const seen = typeToShow(type, isSelected, shownBefore);
    if (seen) this.ready.push(seen === type ? delivery : new Delivery(seen, entry));
  }
}

/** What a client sees that was shown the object before, or not, or nobody knows. What is not known is rather told. */
function typeToShow(type: DeliveryType, isSelected: boolean, shownBefore: boolean | undefined): DeliveryType | undefined {
  if (type === 'DELETED') return (shownBefore ?? isSelected) ? 'DELETED' : undefined;
  if (isSelected) return shownBefore === undefined ? type : shownBefore ? 'MODIFIED' : 'ADDED';
  return shownBefore === false || type === 'ADDED' ? undefined : 'DELETED';
}
