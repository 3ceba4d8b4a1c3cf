import { Counter, Gauge, Histogram } from '@typernetes/component';
import type { Registry } from '@typernetes/component';

const attemptResults = ['scheduled', 'unschedulable', 'error'] as const;
export type AttemptResult = (typeof attemptResults)[number];

/** kube-scheduler's names, so that existing dashboards and alerts work. */
export class SchedulerMetrics {
  private readonly attempts: Counter<'result' | 'profile'>;
  private readonly attemptSeconds: Histogram<'result' | 'profile'>;
  private readonly preemptionAttempts: Counter;
  private readonly preemptionVictims: Histogram;
  private readonly pending: Gauge<'queue'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.attempts = new Counter({ name: 'scheduler_schedule_attempts_total', help: 'Attempts to schedule pods, by result.', labelNames: ['result', 'profile'], registers });
    this.attemptSeconds = new Histogram({
      name: 'scheduler_scheduling_attempt_duration_seconds',
      help: 'Time of one attempt, from the queue to the decision.',
      labelNames: ['result', 'profile'],
      buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
      registers,
    });
    this.preemptionAttempts = new Counter({ name: 'scheduler_preemption_attempts_total', help: 'Attempts to make room by evicting other pods that found victims.', registers });
    this.preemptionVictims = new Histogram({ name: 'scheduler_preemption_victims', help: 'Pods evicted for one other.', buckets: [1, 2, 4, 8, 16, 32, 64], registers });
    this.pending = new Gauge({ name: 'scheduler_pending_pods', help: 'Pods that wait, by room of the queue.', labelNames: ['queue'], registers });
    for (const result of attemptResults) this.attempts.inc({ result, profile: 'default-scheduler' }, 0);
  }

  attempt(result: AttemptResult, profile: string, seconds: number): void {
    this.attempts.inc({ result, profile });
    this.attemptSeconds.observe({ result, profile }, seconds);
  }

  preemption(victims: number): void {
    this.preemptionAttempts.inc();
    this.preemptionVictims.observe(victims);
  }

  queue(lengths: { active: number; backoff: number; unschedulable: number }): void {
    for (const [queue, length] of Object.entries(lengths)) this.pending.set({ queue }, length);
  }
}
