import { createInterface } from 'node:readline';
import type Docker from 'dockerode';
import type { Clock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { reconnectDelayMs } from './limits';
import type { Logger } from '@typernetes/component';
import { kindLabel, sandboxIdLabel } from './record';

/** A change in the life of a container or sandbox of ours. */
export interface LifeCycleEvent {
  type: cri.ContainerEventType;
  containerId: string;
  /** The container itself when it is a sandbox. */
  sandboxId: string;
  at: bigint;
}

interface EngineEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  timeNano: number;
}

const eventTypes: Record<string, cri.ContainerEventType> = {
  create: cri.ContainerEventType.CONTAINER_CREATED_EVENT,
  start: cri.ContainerEventType.CONTAINER_STARTED_EVENT,
  die: cri.ContainerEventType.CONTAINER_STOPPED_EVENT,
  destroy: cri.ContainerEventType.CONTAINER_DELETED_EVENT,
};

/** Undefined for events of others and those that CRI has no name for. */
export function lifeCycleEventOf(event: EngineEvent): LifeCycleEvent | undefined {
  const type = eventTypes[event.Action];
  const kind = event.Actor.Attributes[kindLabel];
  if (type === undefined || (kind !== 'podsandbox' && kind !== 'container')) return undefined;
  const sandboxId = kind === 'podsandbox' ? event.Actor.ID : (event.Actor.Attributes[sandboxIdLabel] ?? '');
  return { type, containerId: event.Actor.ID, sandboxId, at: BigInt(event.timeNano) };
}

/** One connection to Docker's events for all subscribers; after a break it goes on where it was. */
export class EventSource {
  private readonly listeners = new Set<(event: LifeCycleEvent) => void>();
  private readonly abort = new AbortController();
  private lastNanos: bigint;

  constructor(
    private readonly docker: Docker,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.lastNanos = BigInt(Math.floor(clock.now())) * 1_000_000n;
  }

  /** Gives back the function that unsubscribes. */
  subscribe(listener: (event: LifeCycleEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs until `close`. */
  async run(): Promise<void> {
    const { signal } = this.abort;
    while (!signal.aborted) {
      try {
        await this.follow();
      } catch (error) {
        if (!signal.aborted) this.logger.warn({ err: error }, "Docker's event stream broke off, trying again");
      }
      await this.clock.sleep(reconnectDelayMs, signal).catch(() => undefined);
    }
  }

  close(): void {
    this.abort.abort();
  }

  private async follow(): Promise<void> {
    const stream = (await this.docker.getEvents({
      since: Number(this.lastNanos) / 1e9,
      filters: { type: ['container'], event: Object.keys(eventTypes), label: [kindLabel] },
    })) as NodeJS.ReadableStream & { destroy(): void };
    const onAbort = (): void => stream.destroy();
    this.abort.signal.addEventListener('abort', onAbort, { once: true });
    try {
      for await (const line of createInterface({ input: stream })) {
        const event = lifeCycleEventOf(JSON.parse(line) as EngineEvent);
        // `since` is not precise enough to leave out the last one.
        if (!event || event.at <= this.lastNanos) continue;
        this.lastNanos = event.at;
        for (const listener of this.listeners) listener(event);
      }
    } finally {
      this.abort.signal.removeEventListener('abort', onAbort);
    }
  }
}
