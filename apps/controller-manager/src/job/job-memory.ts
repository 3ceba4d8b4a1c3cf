import type { Job, Pod } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import { Expectations } from '../expectations';
import type { BackoffRecord } from './backoff';
import { hasTrackingFinalizer } from './job-facts';

/**
 * What this process has done and its caches may not show yet. Nothing here is needed for correctness after a restart:
 * the caches are then newer than all that was done before.
 */
export class JobMemory {
  readonly expectations: Expectations;
  readonly backoffs = new Map<string, BackoffRecord>();
  private readonly writtenVersions = new Map<string, number>();
  private readonly untrackedByKey = new Map<string, Set<string>>();

  constructor(clock: Clock) {
    this.expectations = new Expectations(clock);
  }

  forget(key: string): void {
    this.expectations.forget(key);
    this.backoffs.delete(key);
    this.writtenVersions.delete(key);
    this.untrackedByKey.delete(key);
  }

  /** Counts belong to one version of the job: an older one would count again, or make pods again. */
  wrote(job: Job): void {
    this.writtenVersions.set(keyOf(job), Number(job.metadata?.resourceVersion));
  }

  isStale(job: Job): boolean {
    return Number(job.metadata?.resourceVersion) < (this.writtenVersions.get(keyOf(job)) ?? 0);
  }

  untracked(key: string): Set<string> {
    let uids = this.untrackedByKey.get(key);
    if (!uids) this.untrackedByKey.set(key, (uids = new Set()));
    return uids;
  }

  /** The cache shows the pod as it is now. */
  sawPod(key: string, pod: Pod, isGone: boolean): void {
    const uid = pod.metadata?.uid ?? '';
    if (isGone || !hasTrackingFinalizer(pod)) this.untrackedByKey.get(key)?.delete(uid);
    if (isGone || pod.metadata?.deletionTimestamp) this.expectations.sawDeletion(key, uid);
    else this.expectations.sawCreation(key, uid);
  }
}
