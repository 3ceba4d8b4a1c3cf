import type { Delivery } from './delivery';
import { watcherQueueMax } from './limits';
import type { Selection } from './selection';

/**
 * One client's watch. Deliveries wait here until the rim takes them; `onReady` fires when the first one arrives at an
 * empty queue, so everything that was ready at one moment travels together.
 */
export class Watcher {
  private queue: Delivery[] = [];
  private isCut = false;
  /** Set by the rim. */
  onReady: () => void = () => {};

  constructor(
    readonly selection: Selection,
    readonly wantsBookmarks: boolean,
    private readonly detach: (watcher: Watcher) => void,
  ) {}

  /** True when the client was too slow: its queue was dropped, and it has to start anew. */
  get isOverflown(): boolean {
    return this.isCut;
  }

  push(delivery: Delivery): void {
    if (this.isCut) return;
    this.queue.push(delivery);
    if (this.queue.length > watcherQueueMax) {
      this.isCut = true;
      this.queue = [];
      this.detach(this);
      this.onReady();
    } else if (this.queue.length === 1) this.onReady();
  }

  /** Everything that waits, in order. */
  take(): Delivery[] {
    if (this.queue.length === 0) return [];
    const taken = this.queue;
    this.queue = [];
    return taken;
  }

  get pending(): number {
    return this.queue.length;
  }

  stop(): void {
    this.queue = [];
    this.detach(this);
  }
}
