import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { eventsRetryMs, relistMs, relistWithEventsMs } from '../limits';
import type { CriClient } from './cri-client';
import { runtimeMethods } from './cri-client';
import { labels } from './labels';
import { stateName } from './runtime-pod';

export interface LifecycleDependencies {
  cri: CriClient;
  clock: Clock;
  logger: Logger;
  /** Something of this pod has changed in the runtime. */
  changed: (uid: string) => void;
  /** Told after every list: ready sandboxes, and containers by state. */
  counted?: (sandboxes: number, containers: Readonly<Record<string, number>>) => void;
}

/**
 * Says which pods have changed in the runtime: from its event stream where there is one, and by comparing lists, which
 * alone would be enough (upstream's generic and evented PLEG).
 */
export class PodLifecycleEvents {
  private known = new Map<string, string>();
  private relistedAtMs: number | undefined;
  private streaming = false;

  constructor(private readonly dependencies: LifecycleDependencies) {}

  run(signal: AbortSignal): void {
    void this.follow(signal);
    void this.poll(signal);
  }

  /** When the runtime last answered, on the monotonic clock; undefined before the first answer. */
  get lastRelistMs(): number | undefined {
    return this.relistedAtMs;
  }

  /** Lists everything and reports pods of which anything differs from the last list; gives back all pods seen. */
  async relist(): Promise<Map<string, { name: string; namespace: string }>> {
    const { cri: client, clock, changed } = this.dependencies;
    const [{ items }, { containers }] = await Promise.all([
      client.call(runtimeMethods.listPodSandbox, cri.ListPodSandboxRequest.create()),
      client.call(runtimeMethods.listContainers, cri.ListContainersRequest.create()),
    ]);
    this.relistedAtMs = clock.monotonic();
    this.count(items, containers);
    const seen = new Map<string, string[]>();
    const pods = new Map<string, { name: string; namespace: string }>();
    for (const { id, state, labels: tags } of [...items, ...containers]) {
      const uid = tags[labels.podUid];
      if (!uid) continue;
      seen.set(uid, [...(seen.get(uid) ?? []), `${id}:${state}`]);
      pods.set(uid, { name: tags[labels.podName] ?? '', namespace: tags[labels.podNamespace] ?? '' });
    }
    const now = new Map([...seen].map(([uid, parts]) => [uid, parts.sort().join(' ')]));
    const before = this.known;
    this.known = now;
    for (const uid of new Set([...before.keys(), ...now.keys()])) if (before.get(uid) !== now.get(uid)) changed(uid);
    return pods;
  }

  private count(sandboxes: readonly cri.PodSandbox[], containers: readonly cri.Container[]): void {
    const byState: Record<string, number> = { created: 0, running: 0, exited: 0, unknown: 0 };
    for (const { state } of containers) {
      const name = stateName(state);
      byState[name] = (byState[name] ?? 0) + 1;
    }
    const ready = sandboxes.filter(({ state }) => state === cri.PodSandboxState.SANDBOX_READY).length;
    this.dependencies.counted?.(ready, byState);
  }

  private async poll(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.dependencies;
    while (!signal.aborted) {
      await this.relist().catch((error: unknown) => logger.debug({ error }, 'the runtime could not be listed'));
      await clock.sleep(this.streaming ? relistWithEventsMs : relistMs, signal).catch(() => undefined);
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { cri: client, clock, logger, changed } = this.dependencies;
    while (!signal.aborted) {
      const stream = client.events();
      const cancel = (): void => stream.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      stream.on('metadata', () => (this.streaming = true));
      try {
        for await (const event of stream as AsyncIterable<cri.ContainerEventResponse>) {
          this.streaming = true;
          const uid = event.podSandboxStatus?.labels[labels.podUid];
          if (uid) changed(uid);
        }
      } catch (error) {
        logger.debug({ error }, "the runtime's events broke off");
      }
      this.streaming = false;
      signal.removeEventListener('abort', cancel);
      await clock.sleep(eventsRetryMs, signal).catch(() => undefined);
    }
  }
}
