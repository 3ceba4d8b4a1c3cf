import type { CronJob, Job, ObjectReference } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { EventRecorder, ReconcileResult } from '@typernetes/client';
import { hasReason, isControlledBy } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { sameStatus } from '../same-status';
import type { ActiveJobs, CronJobEvent } from './cronjob-plan';
import { expiredJobs, followJobs, jobOfCronJob, nextStatus, planStart } from './cronjob-plan';
import type { Schedule } from './schedule';
import { parseSchedule } from './schedule';

/** Index of the jobs' informer: by the uid of their controller. */
export const jobsByCronJob = 'cronjob-controller-uid';

/** Follows the jobs of a CronJob, and starts the next. */
export class CronJobActor {
  private readonly events: EventRecorder;
  /** Newest version of each CronJob that this process has written: an older one would start a job again. */
  private readonly writtenVersions = new Map<string, number>();

  constructor(private readonly context: ControllerContext) {
    this.events = context.events('cronjob-controller');
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { informers, clock } = this.context;
    const cronJob = informers.informer(resources.cronJobs).get(key);
    if (!cronJob) {
      this.writtenVersions.delete(key);
      return undefined;
    }
    if (Number(cronJob.metadata?.resourceVersion) < (this.writtenVersions.get(key) ?? 0)) return undefined;
    const children = informers.informer(resources.jobs).byIndex(jobsByCronJob, cronJob.metadata?.uid ?? '');
    const following = await this.withoutMissing(cronJob, followJobs(cronJob, children));
    for (const event of following.events) this.record(cronJob, event);
    for (const job of expiredJobs(cronJob, children)) await this.deleteJob(cronJob, job.metadata);
    const schedule = this.scheduleOf(cronJob);
    if (!schedule || cronJob.spec?.suspend || cronJob.metadata?.deletionTimestamp) {
      await this.writeStatus(key, cronJob, following);
      return undefined;
    }
    const plan = planStart(cronJob, schedule, { active: following.active, nowMs: clock.now() });
    for (const event of plan.events) this.record(cronJob, event);
    if (plan.start.type === 'start') await this.start(key, cronJob, { following, ...plan.start });
    else await this.writeStatus(key, cronJob, following);
    return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs };
  }

  private scheduleOf(cronJob: CronJob): Schedule | undefined {
    const { schedule = '', timeZone } = cronJob.spec ?? {};
    try {
      const parsed = parseSchedule(schedule, timeZone);
      // A zone is looked up when it is first needed.
      parsed.next(this.context.clock.now());
      return parsed;
    } catch (error) {
      const reason = timeZone === undefined ? 'UnparseableSchedule' : 'UnknownTimeZone';
      const what = timeZone === undefined ? `unparseable schedule: ${JSON.stringify(schedule)} : ` : `invalid timeZone: ${JSON.stringify(timeZone)}: `;
      this.record(cronJob, { type: 'Warning', reason, message: what + messageOf(error) });
      return undefined;
    }
  }

  /** The cache may not know a job that was made a moment ago: the API decides what is missing. */
  private async withoutMissing(cronJob: CronJob, following: ActiveJobs): Promise<ActiveJobs> {
    const missing = new Set<ObjectReference>();
    for (const reference of following.unknown) {
      const { name = '', namespace = cronJob.metadata?.namespace, uid } = reference;
      const job = await this.context.client.resource(resources.jobs).get(name, { namespace }).catch(undefinedWhenGone);
      if (job && job.metadata?.uid === uid && isControlledBy(job, cronJob)) continue;
      missing.add(reference);
      following.events.push({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${name}` });
    }
    return { ...following, active: following.active.filter((reference) => !missing.has(reference)) };
  }

  private async start(key: string, cronJob: CronJob, { following, scheduledMs, replace }: { following: ActiveJobs; scheduledMs: number; replace: readonly ObjectReference[] }): Promise<void> {
    for (const reference of replace) await this.deleteJob(cronJob, reference);
    const active = following.active.filter((reference) => !replace.includes(reference));
    const job = await this.createJob(cronJob, jobOfCronJob(cronJob, scheduledMs));
    const { name, namespace, uid, resourceVersion } = job.metadata ?? {};
    const reference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
    await this.writeStatus(key, cronJob, { ...following, active: [...active, reference] }, scheduledMs);
  }

  private async createJob(cronJob: CronJob, wanted: Job): Promise<Job> {
    const jobs = this.context.client.resource(resources.jobs);
    const { name = '', namespace } = wanted.metadata ?? {};
    try {
      const job = await jobs.create(wanted);
      this.record(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` });
      return job;
    } catch (error) {
      // Made before, by a process that did not live to say so.
      if (hasReason(error, 'AlreadyExists')) {
        const job = await jobs.get(name, { namespace });
        if (isControlledBy(job, cronJob)) return job;
      }
      if (!messageOf(error).includes('because it is being terminated')) {
        this.record(cronJob, { type: 'Warning', reason: 'FailedCreate', message: `Error creating job: ${messageOf(error)}` });
      }
      throw error;
    }
  }

  private async deleteJob(cronJob: CronJob, target: { name?: string; namespace?: string; uid?: string } | undefined): Promise<void> {
    const { name = '', namespace = cronJob.metadata?.namespace, uid } = target ?? {};
    try {
      await this.context.client.resource(resources.jobs).delete(name, { namespace, propagationPolicy: 'Background', preconditions: { uid } });
      this.record(cronJob, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${name}` });
    } catch (error) {
      if (hasReason(error, 'NotFound', 'Conflict')) return;
      this.record(cronJob, { type: 'Warning', reason: 'FailedDelete', message: `Deleted job: ${messageOf(error)}` });
      throw error;
    }
  }

  private async writeStatus(key: string, cronJob: CronJob, following: ActiveJobs, scheduledMs?: number): Promise<void> {
    const status = nextStatus(cronJob, following, scheduledMs);
    if (sameStatus(status, cronJob.status)) return;
    const { metadata } = await this.context.client.resource(resources.cronJobs).updateStatus({ ...cronJob, status });
    this.writtenVersions.set(key, Number(metadata?.resourceVersion));
  }

  private record(cronJob: CronJob, { type, reason, message }: CronJobEvent): void {
    this.events.record({ type: resources.cronJobs, object: cronJob }, type, reason, message);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function undefinedWhenGone(error: unknown): undefined {
  if (!hasReason(error, 'NotFound')) throw error;
}
