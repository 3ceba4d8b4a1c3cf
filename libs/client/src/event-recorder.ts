import type { CoreV1Event, ResourceType } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { LRUCache } from 'lru-cache';
import type { Logger } from '@typernetes/component';
import type { Clock, KubernetesObject } from '@typernetes/machinery';
import { formatApiVersion, formatTime, hasReason } from '@typernetes/machinery';
import type { ApiClient } from './api-client';

export interface EventRecorderOptions {
  client: ApiClient;
  clock: Clock;
  logger: Logger;
  /** `default-scheduler`, `kubelet` */
  component: string;
  host?: string;
}

/** Upstream's limits: so many remembered events, and per object a burst and one more every five minutes. */
const remembered = 4096;
const burst = 25;
/** More events than this are not kept waiting for a slow API: they are dropped, as upstream's full queue does. */
const pendingMax = 1000;
const refillMs = 5 * 60_000;

/** Tokens that are left for one object. */
interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * Tells users what happened to an object. Recording never fails and never waits: what cannot be stored is logged. The
 * same event again raises the count of the first.
 */
export class EventRecorder {
  private readonly seen = new LRUCache<string, { name: string; count: number; namespace: string }>({ max: remembered });
  private readonly buckets = new LRUCache<string, Bucket>({ max: remembered });
  /** Writes go one after the other, so that a count never overtakes the event it counts. */
  private tail: Promise<void> = Promise.resolve();
  private pending = 0;

  constructor(private readonly options: EventRecorderOptions) {}

  /** @param involved what it is about: the object, with the kind that lists leave out; `fieldPath` names a part of it */
  record(involved: { type: ResourceType; object: KubernetesObject; fieldPath?: string }, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { type: kind, object, fieldPath } = involved;
    const { name = '', namespace, uid, resourceVersion } = object.metadata ?? {};
    if (this.pending >= pendingMax || !this.takeToken(`${uid ?? name}`)) return;
    this.pending++;
    const key = JSON.stringify([kind.kind, namespace, name, uid, fieldPath, type, reason, message]);
    this.tail = this.tail
      .then(() =>
        this.write(key, {
          metadata: { namespace: namespace || 'default' },
          involvedObject: { kind: kind.kind, namespace, name, uid, apiVersion: formatApiVersion(kind), resourceVersion, fieldPath },
          type,
          reason,
          message,
        }),
      )
      .catch((error: unknown) => this.options.logger.warn({ error, reason }, 'could not record an event'))
      .finally(() => this.pending--);
  }

  /** Resolves when everything recorded so far is written or given up. */
  async flush(): Promise<void> {
    await this.tail;
  }

  private async write(key: string, event: Omit<CoreV1Event, 'source'>): Promise<void> {
    const { client, clock, component, host } = this.options;
    const now = formatTime(clock.now());
    const events = client.resource(resources.events);
    const known = this.seen.get(key);
    if (known) {
      const count = known.count + 1;
      try {
        await events.patch(known.name, { count, lastTimestamp: now }, { namespace: known.namespace, type: 'application/merge-patch+json' });
        known.count = count;
        return;
      } catch (error) {
        // It has outlived its time: begin anew.
        if (!hasReason(error, 'NotFound')) throw error;
      }
    }
    const namespace = event.metadata.namespace ?? 'default';
    // Nanoseconds as upstream's names have them; the fraction comes from the finer clock.
    const nanos = BigInt(Math.trunc(clock.now())) * 1_000_000n + BigInt(Math.floor((clock.monotonic() % 1) * 1e6));
    const name = `${event.involvedObject.name}.${nanos.toString(16)}`;
    await events.create({
      ...event,
      metadata: { name, namespace },
      source: { component, host },
      reportingComponent: component,
      reportingInstance: host ?? '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    this.seen.set(key, { name, count: 1, namespace });
  }

  private takeToken(object: string): boolean {
    const nowMs = this.options.clock.monotonic();
    const bucket = this.buckets.get(object) ?? { tokens: burst, filledAtMs: nowMs };
    const refill = Math.floor((nowMs - bucket.filledAtMs) / refillMs);
    bucket.tokens = Math.min(burst, bucket.tokens + refill);
    bucket.filledAtMs += refill * refillMs;
    this.buckets.set(object, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
