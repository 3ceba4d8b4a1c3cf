import type { QueuedPod } from './queued-pod';

/**
 * Pods that wait for an event, found by the plugins that turned them down: an event costs as much as there are pods that
 * it may concern. In the order of their last attempts.
 */
export class UnschedulablePods {
  private readonly byUid = new Map<string, QueuedPod>();
  private readonly byPlugin = new Map<string, Set<string>>();

  get size(): number {
    return this.byUid.size;
  }

  /** Plugins with how many pods each has turned down. */
  get countByPlugin(): ReadonlyMap<string, number> {
    return new Map([...this.byPlugin].map(([plugin, pods]) => [plugin, pods.size]));
  }

  /** The one that has waited longest. */
  get oldest(): QueuedPod | undefined {
    for (const queued of this.byUid.values()) return queued;
    return undefined;
  }

  get(uid: string): QueuedPod | undefined {
    return this.byUid.get(uid);
  }

  add(queued: QueuedPod): void {
    const { uid } = queued.info;
    this.delete(uid);
    this.byUid.set(uid, queued);
    for (const plugin of queued.rejectedBy) {
      let pods = this.byPlugin.get(plugin);
      if (!pods) this.byPlugin.set(plugin, (pods = new Set()));
      pods.add(uid);
    }
  }

  delete(uid: string): void {
    const queued = this.byUid.get(uid);
    if (!queued) return;
    this.byUid.delete(uid);
    for (const plugin of queued.rejectedBy) {
      const pods = this.byPlugin.get(plugin);
      pods?.delete(uid);
      if (pods?.size === 0) this.byPlugin.delete(plugin);
    }
  }

  /** Those that one of `plugins` turned down, and those that nobody in particular did; all without `plugins`. A copy: the room may change meanwhile. */
  rejectedBy(plugins: readonly string[] | undefined): QueuedPod[] {
    if (!plugins) return [...this.byUid.values()];
    const uids = new Set<string>();
    for (const plugin of [...plugins, '*']) for (const uid of this.byPlugin.get(plugin) ?? []) uids.add(uid);
    return [...uids].flatMap((uid) => this.byUid.get(uid) ?? []);
  }

  /** Those whose last attempt was no later. */
  waitingSince(lastAttemptAtMs: number): QueuedPod[] {
    const waiting: QueuedPod[] = [];
    for (const queued of this.byUid.values()) {
      if (queued.lastAttemptAtMs > lastAttemptAtMs) break;
      waiting.push(queued);
    }
    return waiting;
  }
}
