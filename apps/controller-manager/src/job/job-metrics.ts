import type { Job, JobStatus } from '@typernetes/api';
import type { Registry } from '@typernetes/component';
import { Counter } from '@typernetes/component';
import { finishedCondition } from './job-facts';

const completionModes = ['NonIndexed', 'Indexed'] as const;
const results = ['succeeded', 'failed'] as const;

/** What became of jobs and their pods; names are upstream's. */
export class JobMetrics {
  private readonly finishedJobs: Counter<'completion_mode' | 'result' | 'reason'>;
  private readonly finishedPods: Counter<'completion_mode' | 'result'>;
  private readonly createdPods: Counter<'reason' | 'status'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.finishedJobs = new Counter({ name: 'job_controller_jobs_finished_total', help: 'Jobs that have ended.', labelNames: ['completion_mode', 'result', 'reason'], registers });
    this.finishedPods = new Counter({ name: 'job_controller_job_pods_finished_total', help: 'Pods that have ended and were counted.', labelNames: ['completion_mode', 'result'], registers });
    this.createdPods = new Counter({ name: 'job_controller_job_pods_creation_total', help: 'Pods that were made, or could not be.', labelNames: ['reason', 'status'], registers });
    for (const completion_mode of completionModes) for (const result of results) this.finishedPods.inc({ completion_mode, result }, 0);
    for (const status of results) this.createdPods.inc({ reason: 'new', status }, 0);
  }

  podCreated(status: (typeof results)[number]): void {
    this.createdPods.inc({ reason: 'new', status });
  }

  /** After a status is written: what it says more than the one before. */
  wrote(job: Job, next: JobStatus): void {
    const completion_mode = job.spec?.completionMode ?? 'NonIndexed';
    for (const result of results) this.finishedPods.inc({ completion_mode, result }, Math.max(0, (next[result] ?? 0) - (job.status?.[result] ?? 0)));
    const end = finishedCondition({ status: next });
    if (!end || finishedCondition(job)) return;
    this.finishedJobs.inc({ completion_mode, result: end.type === 'Complete' ? 'succeeded' : 'failed', reason: end.reason ?? '' });
  }
}
