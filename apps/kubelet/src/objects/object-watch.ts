import type { ResourceType } from '@typernetes/api';
import type { ResourceClient } from '@typernetes/client';
import { backoffMs } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock, KubernetesObject, Random } from '@typernetes/machinery';
import { objectWatchRetry } from '../limits';

/** Ends the state that a watch begins with (KEP-3157). */
const initialEventsEnd = 'k8s.io/initial-events-end';

type Watchable = KubernetesObject & { immutable?: boolean };

export interface ObjectWatchDependencies {
  clock: Clock;
  random: Random;
  logger: Logger;
}

interface Target<T extends Watchable> {
  type: ResourceType<T>;
  client: ResourceClient<T>;
  namespace: string;
  name: string;
}

/** What is known of an object: nothing yet, or that it is there, or that it is not. */
export type Known<T> = { isKnown: false } | { isKnown: true; object: T | undefined };

/**
 * Follows one object. What was known serves on while the API is away. An object that is immutable is not watched once
 * it is known (KEP-1412).
 */
export class ObjectWatch<T extends Watchable> {
  private state: Known<T> = { isKnown: false };
  private readonly abort = new AbortController();

  constructor(
    private readonly target: Target<T>,
    private readonly dependencies: ObjectWatchDependencies,
    private readonly changed: () => void,
  ) {
    void this.follow();
  }

  get known(): Known<T> {
    return this.state;
  }

  /** Idempotent. */
  stop(): void {
    this.abort.abort(new Error('nothing refers to the object'));
  }

  private async follow(): Promise<void> {
    const { signal } = this.abort;
    const { clock, random, logger } = this.dependencies;
    const { type, namespace, name } = this.target;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.watchOnce(() => (failures = 0));
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        logger.debug({ error, resource: type.resource, object: `${namespace}/${name}`, failures }, 'lost the watch of an object, trying again');
      }
      await clock.sleep(backoffMs(Math.max(failures, 1), objectWatchRetry, random), signal).catch(() => undefined);
    }
  }

  private async watchOnce(answered: () => void): Promise<void> {
    const { client, namespace, name } = this.target;
    let isThere = false;
    let isCurrent = false;
    const watch = client.watch({ namespace, fieldSelector: `metadata.name=${name}`, sendInitialEvents: true, allowWatchBookmarks: true, signal: this.abort.signal });
    for await (const batch of watch) {
      answered();
      for (const { type, object } of batch) {
        if (type === 'BOOKMARK') {
          if (!isCurrent && object.metadata?.annotations?.[initialEventsEnd] === 'true') {
            isCurrent = true;
            if (!isThere) this.set(undefined);
          }
        } else {
          isThere = type !== 'DELETED';
          this.set(isThere ? object : undefined);
          if (isThere && object.immutable) return this.stop();
        }
      }
    }
  }

  private set(object: T | undefined): void {
    const before = this.state;
    this.state = { isKnown: true, object };
    const isSame = before.isKnown && before.object?.metadata?.uid === object?.metadata?.uid && before.object?.metadata?.resourceVersion === object?.metadata?.resourceVersion;
    if (!isSame) this.changed();
  }
}
