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
  private hasEnded = false;
  private isStopped = false;
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

  /** True when the server ended the watch; the client may go on with a new one from where this one was. */
  get isEnded(): boolean {
    return this.hasEnded;
  }

  /** False when nothing comes any more, whoever ended it. */
  get isOpen(): boolean {
    return !this.isCut && !this.hasEnded && !this.isStopped;
  }

  push(delivery: Delivery): void {
    if (this.isCut || this.hasEnded) return;
    this.queue.push(delivery);
    if (this.queue.length > watcherQueueMax) this.cut();
    else if (this.queue.length === 1) this.onReady();
  }

  /** Drops what waits and tells the client to start anew. */
  cut(): void {
    this.isCut = true;
    this.queue = [];
    this.detach(this);
    this.onReady();
  }

  /** Ends the watch behind what waits already. */
  end(): void {
    this.hasEnded = true;
    this.detach(this);
    this.onReady();
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
    this.isStopped = true;
    this.queue = [];
    this.detach(this);
  }
}
