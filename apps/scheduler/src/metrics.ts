import { Counter, Gauge, Histogram } from '@typernetes/component';
import type { Registry } from '@typernetes/component';
import type { ExtensionPoint } from './config/extension-points';
import type { QueueReason, QueueRoom } from './queue/scheduling-queue';

const attemptResults = ['scheduled', 'unschedulable', 'error'] as const;
export type AttemptResult = (typeof attemptResults)[number];

/** Upstream's spelling: `PreFilter`, `Bind`. */
const pointLabel = (point: ExtensionPoint): string => point[0]?.toUpperCase() + point.slice(1);

/** `count` bounds, each `factor` times the one before. */
const exponential = (start: number, factor: number, count: number): number[] => Array.from({ length: count }, (_, index) => start * factor ** index);

/** What the gauges show, looked at when somebody asks. */
export interface SchedulerState {
  readonly queue: Record<QueueRoom, number>;
  /** Plugin to the number of pods that wait because of it. */
  readonly rejecting: ReadonlyMap<string, number>;
  readonly cache: { readonly nodes: number; readonly pods: number; readonly assumed_pods: number };
}

/** kube-scheduler's names, labels and buckets, so that existing dashboards and alerts work. */
export class SchedulerMetrics {
  /** Set once there is something to look at. */
  state: (() => SchedulerState) | undefined;
  private readonly attempts: Counter<'result' | 'profile'>;
  private readonly attemptSeconds: Histogram<'result' | 'profile'>;
  private readonly algorithmSeconds: Histogram;
  private readonly pointSeconds: Histogram<'extension_point' | 'status' | 'profile'>;
  private readonly podAttempts: Histogram;
  private readonly podSeconds: Histogram<'attempts'>;
  private readonly preemptionAttempts: Counter;
  private readonly preemptionVictims: Histogram;
  private readonly incoming: Counter<'queue' | 'event'>;

  constructor(registry: Registry, profiles: readonly string[]) {
    const registers = [registry];
    const seconds = exponential(0.001, 2, 15);
    this.attempts = new Counter({ name: 'scheduler_schedule_attempts_total', help: 'Attempts to schedule pods, by result.', labelNames: ['result', 'profile'], registers });
    this.attemptSeconds = new Histogram({ name: 'scheduler_scheduling_attempt_duration_seconds', help: 'Time of one attempt, with the binding.', labelNames: ['result', 'profile'], buckets: seconds, registers });
    this.algorithmSeconds = new Histogram({ name: 'scheduler_scheduling_algorithm_duration_seconds', help: 'Time of the decision alone.', buckets: seconds, registers });
    this.pointSeconds = new Histogram({
      name: 'scheduler_framework_extension_point_duration_seconds',
      help: 'Time of all plugins of one point.',
      labelNames: ['extension_point', 'status', 'profile'],
      buckets: exponential(0.0001, 2, 12),
      registers,
    });
    this.podAttempts = new Histogram({ name: 'scheduler_pod_scheduling_attempts', help: 'Attempts until a pod had its node.', buckets: exponential(1, 2, 5), registers });
    this.podSeconds = new Histogram({ name: 'scheduler_pod_scheduling_sli_duration_seconds', help: 'Time from the queue to the node, by attempts.', labelNames: ['attempts'], buckets: exponential(0.01, 2, 20), registers });
    this.preemptionAttempts = new Counter({ name: 'scheduler_preemption_attempts_total', help: 'Attempts to make room by evicting other pods.', registers });
    this.preemptionVictims = new Histogram({ name: 'scheduler_preemption_victims', help: 'Pods evicted for one other.', buckets: exponential(1, 2, 7), registers });
    this.incoming = new Counter({ name: 'scheduler_queue_incoming_pods_total', help: 'Pods that entered a room of the queue, by what brought them.', labelNames: ['queue', 'event'], registers });
    for (const profile of profiles) for (const result of attemptResults) this.attempts.inc({ result, profile }, 0);
    this.registerGauges(registers, profiles[0] ?? 'default-scheduler');
  }

  /** With several profiles the pods of all count for the first: they wait together. */
  private registerGauges(registers: Registry[], profile: string): void {
    const look = (): SchedulerState | undefined => this.state?.();
    new Gauge({
      name: 'scheduler_pending_pods',
      help: 'Pods that wait, by room of the queue.',
      labelNames: ['queue'],
      registers,
      collect() {
        for (const [queue, length] of Object.entries(look()?.queue ?? {})) this.set({ queue }, length);
      },
    });
    new Gauge({
      name: 'scheduler_unschedulable_pods',
      help: 'Pods that wait for an event, by the plugin that turned them down.',
      labelNames: ['plugin', 'profile'],
      registers,
      collect() {
        this.reset();
        for (const [plugin, count] of look()?.rejecting ?? []) if (plugin !== '*') this.set({ plugin, profile }, count);
      },
    });
    new Gauge({
      name: 'scheduler_cache_size',
      help: 'Nodes, pods and assumed pods that are known.',
      labelNames: ['type'],
      registers,
      collect() {
        for (const [type, size] of Object.entries(look()?.cache ?? {})) this.set({ type }, size);
      },
    });
  }

  attempt(result: AttemptResult, profile: string, seconds: number): void {
    this.attempts.inc({ result, profile });
    this.attemptSeconds.observe({ result, profile }, seconds);
  }

  algorithm(seconds: number): void {
    this.algorithmSeconds.observe(seconds);
  }

  point(point: ExtensionPoint, profile: string, outcome: { status: 'Success' | 'Unschedulable' | 'Error'; seconds: number }): void {
    this.pointSeconds.observe({ extension_point: pointLabel(point), status: outcome.status, profile }, outcome.seconds);
  }

  /** A pod has its node, after so many attempts and so long since it came. */
  scheduled(attempts: number, seconds: number): void {
    this.podAttempts.observe(attempts);
    const most = 15;
    this.podSeconds.observe({ attempts: attempts >= most ? `${most}+` : String(attempts) }, seconds);
  }

  preemption(victims: number): void {
    this.preemptionAttempts.inc();
    if (victims > 0) this.preemptionVictims.observe(victims);
  }

  readonly entered = (queue: QueueRoom, event: QueueReason): void => this.incoming.inc({ queue, event });
}
