import { EventEmitter, on } from 'node:events';
import type { CriEvents } from '@typernetes/app-kubelet';
import type { cri } from '@typernetes/proto';

/** The runtime's events for those who follow. */
export class EventSource {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  emit(event: cri.ContainerEventResponse): void {
    this.emitter.emit('event', event);
  }

  /** What happens from now on. */
  follow(): CriEvents {
    const ended = new AbortController();
    const events = on(this.emitter, 'event', { signal: ended.signal }) as AsyncIterable<[cri.ContainerEventResponse]>;
    return {
      on: (_event, listener) => queueMicrotask(listener),
      cancel: () => ended.abort(),
      async *[Symbol.asyncIterator]() {
        for await (const [event] of events) yield event;
      },
    };
  }
}
