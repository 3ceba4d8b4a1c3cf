import type { StorageEvent, StorageWatch, WatchHandlers } from '../storage';

/** Reads the events after one revision up to and including another. Throws ApiError Expired when they are compacted. */
export type ReadEvents = (prefix: string, afterRevision: number, upToRevision: number) => StorageEvent[];

interface Watcher {
  readonly prefix: string;
  readonly handlers: WatchHandlers;
  /** Everything up to here has been delivered. */
  revision: number;
  /** It has read its past and takes what is published. */
  isLive: boolean;
  isClosed: boolean;
}

/** Hands out what has been written, in order. A watch begins with the past, read from the log, then follows. */
export class WatchHub {
  private readonly watchers = new Set<Watcher>();

  constructor(
    private revision: number,
    private readonly readEvents: ReadEvents,
  ) {}

  /** Everything up to here has been handed out. */
  get published(): number {
    return this.revision;
  }

  /** All events of one revision. */
  publish(events: readonly StorageEvent[], revision: number): void {
    this.revision = revision;
    for (const watcher of [...this.watchers]) {
      if (!watcher.isLive) continue;
      watcher.revision = revision;
      const wanted = events.filter(({ key }) => key.startsWith(watcher.prefix));
      if (wanted.length > 0) watcher.handlers.onEvents(wanted, revision);
    }
  }

  open(prefix: string, fromRevision: number, handlers: WatchHandlers): StorageWatch {
    const watcher: Watcher = { prefix, handlers, revision: fromRevision, isLive: false, isClosed: false };
    this.watchers.add(watcher);
    // A watch calls back later, never from within the call that opens it.
    setImmediate(() => this.catchUp(watcher));
    return {
      requestProgress: () => setImmediate(() => this.tellProgress(watcher)),
      close: () => {
        watcher.isClosed = true;
        this.watchers.delete(watcher);
      },
    };
  }

  /** Ends all watches without a word, as a store that is closed does. */
  close(): void {
    for (const watcher of this.watchers) watcher.isClosed = true;
    this.watchers.clear();
  }

  private catchUp(watcher: Watcher): void {
    if (watcher.isClosed) return;
    const upTo = this.revision;
    try {
      if (watcher.revision < upTo) this.deliver(watcher, this.readEvents(watcher.prefix, watcher.revision, upTo));
      watcher.revision = Math.max(watcher.revision, upTo);
      watcher.isLive = true;
    } catch (error) {
      this.watchers.delete(watcher);
      watcher.isClosed = true;
      watcher.handlers.onError(error);
    }
  }

  private deliver(watcher: Watcher, events: readonly StorageEvent[]): void {
    for (let from = 0; from < events.length; ) {
      const revision = events[from]?.revision ?? 0;
      let to = from + 1;
      while (to < events.length && events[to]?.revision === revision) to++;
      if (watcher.isClosed) return;
      watcher.handlers.onEvents(events.slice(from, to), revision);
      from = to;
    }
  }

  private tellProgress(watcher: Watcher): void {
    if (watcher.isClosed) return;
    if (watcher.isLive) watcher.handlers.onProgress(watcher.revision);
    else setImmediate(() => this.tellProgress(watcher));
  }
}
