import type { Job, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { EventRecorder, ReconcileResult } from '@typernetes/client';
import { keyOf, splitKey } from '@typernetes/client';
import { hasReason, selectorFromObject } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { sameStatus } from '../same-status';
import { slowStart } from '../slow-start';
import { claimPods, planClaim } from './job-claim';
import { finishedCondition, hasTrackingFinalizer, isOurs } from './job-facts';
import type { JobMemory } from './job-memory';
import { JobMetrics } from './job-metrics';
import type { JobPlan } from './job-plan';
import { isSound, planJob, withPodChanges } from './job-plan';
import type { NewPod } from './job-pods';
import { podOfJob } from './new-pod';
import { removeTracking } from './tracking-finalizer';

/** Index of the pods' informer: by the uid of their controller, orphans by their namespace. */
export const podIndex = 'job-controller-uid';
export const orphansOf = (namespace = ''): string => `orphans of ${namespace}`;

/** Does what the plan of a job says: pods first, then the status, then finalizers that the status makes superfluous. */
export class JobActor {
  private readonly events: EventRecorder;
  private readonly metrics: JobMetrics;

  constructor(
    private readonly context: ControllerContext,
    private readonly memory: JobMemory,
  ) {
    this.events = context.events('job-controller');
    this.metrics = new JobMetrics(context.registry);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { informers, clock, client } = this.context;
    const job = informers.informer(resources.jobs).get(key);
    if (!job) return this.memory.forget(key);
    if (!isOurs(job) || !isSound({ job }) || this.memory.isStale(job)) return undefined;
    const pods = informers.informer(resources.pods);
    const settled = this.memory.expectations.fulfilled(key);
    const controlled = pods.byIndex(podIndex, job.metadata?.uid ?? '');
    const orphans = pods.byIndex(podIndex, orphansOf(splitKey(key).namespace));
    if (finishedCondition(job)) {
      // Nobody adopts a pod that lost its owner when the job has ended, but nothing may hold it either.
      const selector = selectorFromObject(job.spec?.selector);
      const strays = orphans.filter(({ metadata }) => selector.matches(metadata?.labels ?? {}));
      return this.release(key, [...controlled, ...strays].filter(hasTrackingFinalizer));
    }
    const claim = planClaim(job, { controlled, candidates: orphans });
    await claimPods(client, job, claim);
    // Adopted pods arrive with their own event.
    if (claim.adopt.length) return undefined;
    const plan = planJob({ job, pods: claim.owned, untracked: this.memory.untracked(key), settled, backoff: this.memory.backoffs.get(key), nowMs: clock.now() });
    await this.act(key, job, plan);
    return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs };
  }

  private async act(key: string, job: Job, plan: JobPlan): Promise<void> {
    const changes = { created: 0, deleted: [] as Pod[] };
    let failure: unknown;
    try {
      await Promise.all(plan.delete.map(async (pod) => (await this.deletePod(key, job, pod)) && changes.deleted.push(pod)));
      await slowStart(plan.create.length, async (i) => {
        await this.createPod(key, job, plan.create[i] ?? {});
        changes.created++;
      });
    } catch (error) {
      failure = error;
    }
    await this.writeStatus(key, job, { ...plan, status: withPodChanges(plan.status, changes) });
    await this.release(key, plan.release);
    if (failure) throw failure;
  }

  private async writeStatus(key: string, job: Job, { status, events, backoff }: JobPlan): Promise<void> {
    // The first write is made even when it says nothing but zeros: it shows that somebody looks after the job.
    if (!sameStatus(status, job.status) || job.status?.uncountedTerminatedPods === undefined) {
      this.memory.wrote(await this.context.client.resource(resources.jobs).updateStatus({ ...job, status }));
      this.metrics.wrote(job, status);
    }
    this.memory.backoffs.set(key, backoff);
    for (const { type, reason, message } of events) this.events.record({ type: resources.jobs, object: job }, type, reason, message);
  }

  private async release(key: string, pods: readonly Pod[]): Promise<void> {
    const untracked = this.memory.untracked(key);
    await slowStart(pods.length, async (i) => {
      const pod = pods[i];
      const uid = pod?.metadata?.uid ?? '';
      if (!pod || untracked.has(uid)) return;
      await removeTracking(this.context.client, pod);
      // The event may have come before the answer.
      const cached = this.context.informers.informer(resources.pods).get(keyOf(pod));
      if (cached && hasTrackingFinalizer(cached)) untracked.add(uid);
    });
  }

  private async createPod(key: string, job: Job, wanted: NewPod): Promise<void> {
    const { client, informers } = this.context;
    try {
      const pod = await client.resource(resources.pods).create(podOfJob(job, wanted));
      if (!informers.informer(resources.pods).get(keyOf(pod))) this.memory.expectations.created(key, pod.metadata?.uid ?? '');
      this.metrics.podCreated('succeeded');
      this.record(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`);
    } catch (error) {
      this.metrics.podCreated('failed');
      // The namespace goes away and takes the job along: not worth an event.
      if (!(hasReason(error, 'Forbidden') && messageOf(error).includes('because it is being terminated'))) {
        this.record(job, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  /** Whether there was something to delete. */
  private async deletePod(key: string, job: Job, { metadata }: Pod): Promise<boolean> {
    const { name = '', namespace, uid } = metadata ?? {};
    this.memory.expectations.deleted(key, uid ?? '');
    try {
      await this.context.client.resource(resources.pods).delete(name, { namespace, preconditions: { uid } });
      this.record(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      return true;
    } catch (error) {
      this.memory.expectations.sawDeletion(key, uid ?? '');
      if (hasReason(error, 'NotFound')) return false;
      this.record(job, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  private record(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.jobs, object: job }, type, reason, message);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
