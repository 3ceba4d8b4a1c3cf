import type { Pod, PodStatus } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { hasReason } from '@typernetes/machinery';
import { statusRetryMs, statusRetryMsMax } from '../limits';
import { nameOf, namespaceOf, podText, uidOf } from '../pod/pod-kind';
import { statusPatch, statusText } from './status-patch';

interface Entry {
  pod: Pod;
  status: PodStatus | undefined;
  /** All of the pod is gone from the node: after the last status it may leave the API. */
  isFinished: boolean;
  isDirty: boolean;
  isWriting: boolean;
  isForgotten: boolean;
  failures: number;
}

/** Whether `a` is at least as new as `b`: the informer may lag behind our own writes. */
function isNewer(a: Pod, b: Pod): boolean {
  return Number(a.metadata?.resourceVersion ?? 0) >= Number(b.metadata?.resourceVersion ?? 0);
}

export interface StatusManagerDependencies {
  client: ApiClient;
  clock: Clock;
  logger: Logger;
  signal: AbortSignal;
  /** The pod by which the API knows this one; undefined while it does not. */
  apiPod(pod: Pod): Pod | undefined;
}

/** The one writer of pod statuses. Only the newest status of a pod counts; what could not be written is tried again. */
export class StatusManager {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly dependencies: StatusManagerDependencies) {}

  set(pod: Pod, status: PodStatus): void {
    const entry = this.entry(pod);
    if (entry.isFinished) return;
    entry.status = status;
    this.mark(entry);
  }

  /** Writes what is left to say and, for a pod that is to be deleted, ends its time in the API. */
  finish(pod: Pod): void {
    const entry = this.entry(pod);
    entry.isFinished = true;
    this.mark(entry);
  }

  /** The API has begun to know the pod: what is known is written. */
  appeared(pod: Pod): void {
    const entry = this.entries.get(uidOf(pod));
    if (entry) this.mark(entry);
  }

  /** The newest known status: what was set, else what the API says. */
  current(pod: Pod): PodStatus | undefined {
    return this.entries.get(uidOf(pod))?.status ?? pod.status;
  }

  forget(uid: string): void {
    const entry = this.entries.get(uid);
    this.entries.delete(uid);
    if (entry) entry.isForgotten = true;
  }

  private entry(pod: Pod): Entry {
    const uid = uidOf(pod);
    const known = this.entries.get(uid);
    if (known) {
      if (isNewer(pod, known.pod)) known.pod = pod;
      return known;
    }
    const entry: Entry = { pod, status: undefined, isFinished: false, isDirty: false, isWriting: false, isForgotten: false, failures: 0 };
    this.entries.set(uid, entry);
    return entry;
  }

  private mark(entry: Entry): void {
    entry.isDirty = true;
    if (!entry.isWriting) void this.write(entry);
  }

  private async write(entry: Entry): Promise<void> {
    const { clock, logger, signal } = this.dependencies;
    entry.isWriting = true;
    while (entry.isDirty && !entry.isForgotten && !signal.aborted) {
      entry.isDirty = false;
      try {
        await this.writeOnce(entry);
        entry.failures = 0;
      } catch (error) {
        if (hasReason(error, 'NotFound')) break;
        entry.failures++;
        entry.isDirty = true;
        logger[entry.failures > 3 ? 'warn' : 'debug']({ error, pod: podText(entry.pod) }, 'the status of a pod could not be written');
        await clock.sleep(Math.min(statusRetryMsMax, statusRetryMs * 2 ** Math.min(entry.failures, 6)), signal).catch(() => undefined);
      }
    }
    entry.isWriting = false;
  }

  private async writeOnce(entry: Entry): Promise<void> {
    const pods = this.dependencies.client.resource(resources.pods);
    const { status } = entry;
    const pod = this.dependencies.apiPod(entry.pod);
    if (!pod) return;
    const options = { namespace: namespaceOf(pod) };
    if (status && statusText(status) !== statusText(pod.status)) {
      const patched = await pods.patch(nameOf(pod), statusPatch(pod, status), { ...options, subresource: 'status', type: 'application/strategic-merge-patch+json' });
      if (pod === entry.pod && isNewer(patched, entry.pod)) entry.pod = patched;
    }
    if (entry.isFinished && entry.pod.metadata?.deletionTimestamp) {
      await pods.delete(nameOf(pod), { ...options, gracePeriodSeconds: 0, preconditions: { uid: uidOf(pod) } });
    }
  }
}
