import type { Pod } from '@typernetes/api';
import { refusalOf } from './admission/admit';
import type { Refusal } from './admission/refusal';
import { isStatic } from '../static-pods/static-pod';
import type { PodContext } from './pod-context';
import { uidOf } from './pod-kind';
import { isTerminalPhase } from './pod-status';
import { PodWorker } from './pod-worker';

/** Labels and annotations are what downward API volumes show and what changes. */
function sameNotes({ metadata: a }: Pod, { metadata: b }: Pod): boolean {
  return JSON.stringify([a?.labels, a?.annotations]) === JSON.stringify([b?.labels, b?.annotations]);
}

/** The workers of all pods of the node, by uid. */
export class PodManager {
  private readonly workers = new Map<string, PodWorker>();

  private isStopped = false;

  constructor(private readonly context: PodContext) {}

  /** A pod of this node is new or has changed. */
  put(pod: Pod): void {
    if (this.isStopped) return;
    const uid = uidOf(pod);
    const known = this.workers.get(uid);
    this.claimObjects(pod);
    if (known) {
      const before = known.current;
      known.update(pod);
      if (!sameNotes(before, pod)) this.refresh(known);
      return;
    }
    const refusal = this.admit(pod);
    if (refusal) this.context.report(pod, { type: 'Warning', ...refusal });
    this.add(pod, refusal);
  }

  /** An ended pod needs its objects no more; a static one has none. */
  private claimObjects(pod: Pod): void {
    if (isTerminalPhase(pod.status?.phase)) this.context.claims.release(uidOf(pod));
    else if (!isStatic(pod)) this.context.claims.claim(pod);
  }

  private forget(uid: string): void {
    this.context.claims.release(uid);
    this.workers.delete(uid);
  }

  private add(pod: Pod, refusal?: Refusal): void {
    const uid = uidOf(pod);
    const worker = new PodWorker(this.context, pod, () => this.forget(uid), refusal);
    this.workers.set(uid, worker);
    worker.notify();
  }

  /** A pod that this node has taken before is not asked again. */
  private admit(pod: Pod): Refusal | undefined {
    const { status, metadata } = pod;
    if (status?.startTime || isTerminalPhase(status?.phase) || metadata?.deletionTimestamp) return undefined;
    const { node, allowedUnsafeSysctls, pressure } = this.context;
    return refusalOf(pod, { others: this.active(), node: node.object, allocatable: node.allocatable, allowedUnsafeSysctls, pressure: pressure(), isStatic: isStatic(pod) });
  }

  /**
   * Pods that have not ended. One that the API has forgotten holds nothing any more, though its containers may still be on
   * their way out: the scheduler has given its room away by then, and whoever comes for it must not be refused.
   */
  active(): Pod[] {
    const known = [...this.workers.values()].filter(({ hasLeft }) => !hasLeft);
    return known.map(({ allocated }) => allocated).filter((pod) => !isTerminalPhase(this.context.statuses.current(pod)?.phase));
  }

  /** The API has no such pod any more. */
  remove(pod: Pod): void {
    const worker = this.workers.get(uidOf(pod));
    if (!worker) return;
    if (worker.hasFinished) {
      this.context.statuses.forget(uidOf(pod));
      this.forget(uidOf(pod));
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
      if (metadata?.namespace === namespace && metadata.name === name && (!uid || metadata.uid === uid || this.context.apiPod(current)?.metadata?.uid === uid)) return current;
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
    this.add({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid }, spec: { containers: [] } });
    this.workers.get(uid)?.gone();
  }

  /** Ends a pod at once, for the node's sake. */
  evict(pod: Pod, message: string, isOwnFault = false): void {
    this.workers.get(uidOf(pod))?.evict(message, isOwnFault);
  }

  /** A Secret or ConfigMap that the pod names has changed: volumes show it, and what waited for it goes on. */
  objectChanged(uid: string): void {
    const worker = this.workers.get(uid);
    if (!worker) return;
    worker.notify();
    this.refresh(worker);
  }

  async refreshVolumes(): Promise<void> {
    for (const worker of this.workers.values()) await this.refreshOne(worker);
  }

  private refresh(worker: PodWorker): void {
    void this.refreshOne(worker);
  }

  private refreshOne(worker: PodWorker): Promise<void> {
    return worker.refreshVolumes().catch((error: unknown) => this.context.logger.debug({ error }, 'volumes could not be refreshed'));
  }

  /** Events that are still on their way start nothing any more. */
  stop(): void {
    this.isStopped = true;
    for (const worker of this.workers.values()) worker.stop();
  }
}
