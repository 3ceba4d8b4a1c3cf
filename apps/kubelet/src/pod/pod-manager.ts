import type { Pod } from '@typernetes/api';
import type { PodContext } from './pod-context';
import { uidOf } from './pod-kind';
import { PodWorker } from './pod-worker';

/** The workers of all pods of the node, by uid. */
export class PodManager {
  private readonly workers = new Map<string, PodWorker>();

  constructor(private readonly context: PodContext) {}

  /** A pod of this node is new or has changed. */
  put(pod: Pod): void {
    const uid = uidOf(pod);
    const known = this.workers.get(uid);
    if (known) return known.update(pod);
    const worker = new PodWorker(this.context, pod, () => this.workers.delete(uid));
    this.workers.set(uid, worker);
    worker.notify();
  }

  /** The API has no such pod any more. */
  remove(pod: Pod): void {
    const worker = this.workers.get(uidOf(pod));
    if (!worker) return;
    if (worker.hasFinished) {
      this.context.statuses.forget(uidOf(pod));
      this.workers.delete(uidOf(pod));
    } else worker.gone();
  }

  /** Something has changed in the runtime. */
  notify(uid: string): void {
    this.workers.get(uid)?.notify();
  }

  notifyAll(): void {
    for (const worker of this.workers.values()) worker.notify();
  }

  has(uid: string): boolean {
    return this.workers.has(uid);
  }

  find(namespace: string, name: string, uid?: string): Pod | undefined {
    for (const { current } of this.workers.values()) {
      const { metadata } = current;
      if (metadata?.namespace === namespace && metadata.name === name && (!uid || metadata.uid === uid)) return current;
    }
    return undefined;
  }

  list(): Pod[] {
    return [...this.workers.values()].map(({ current }) => current);
  }

  /** What runs here and is in no API: ended like a pod that was deleted by force. */
  adoptOrphan(uid: string, { name, namespace }: { name: string; namespace: string }): void {
    if (this.workers.has(uid)) return;
    this.context.logger.info({ pod: `${namespace}/${name}`, uid }, 'Killing unwanted pod');
    this.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid }, spec: { containers: [] } });
    this.workers.get(uid)?.gone();
  }

  async refreshVolumes(): Promise<void> {
    for (const worker of this.workers.values()) {
      await worker.refreshVolumes().catch((error: unknown) => this.context.logger.debug({ error }, 'volumes could not be refreshed'));
    }
  }

  stop(): void {
    for (const worker of this.workers.values()) worker.stop();
  }
}
