import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient, EventRecorder } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Cancel, Clock, Random } from '@typernetes/machinery';
import { formatTime, hasReason, setCondition } from '@typernetes/machinery';
import type { ClusterCache } from './cache/cluster-cache';
import { diagnosisMessage } from './core/diagnosis';
import { schedulePod } from './core/schedule-pod';
import type { SchedulerPlugin } from './framework/plugin';
import type { PodInfo } from './framework/pod-info';
import type { SchedulerMetrics } from './metrics';
import { podLeft } from './queue/event-hints';
import type { QueuedPod, SchedulingQueue } from './queue/scheduling-queue';

export interface SchedulerDependencies {
  client: ApiClient;
  events: EventRecorder;
  cache: ClusterCache;
  queue: SchedulingQueue;
  plugins: readonly SchedulerPlugin[];
  metrics: SchedulerMetrics;
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** Bindings under way at once: enough to hide the latency, few enough not to flood the apiserver. */
const bindingsMax = 32;

/**
 * The rim around the decision: takes pods from the queue, decides, assumes, binds in the background, and sends failures
 * back to the queue. Decisions are made one after the other; bindings overlap.
 */
export class Scheduler {
  private startIndex = 0;
  private bindings = 0;
  private timer: Cancel | undefined;
  private pumping = false;
  private running = false;

  constructor(private readonly dependencies: SchedulerDependencies) {}

  start(signal: AbortSignal): void {
    this.running = true;
    signal.addEventListener(
      'abort',
      () => {
        this.running = false;
        this.timer?.();
      },
      { once: true },
    );
    this.wake();
  }

  /** Something changed: looks whether there is work. Many calls in a row cost one look. */
  readonly wake = (): void => {
    if (this.pumping || !this.running) return;
    this.pumping = true;
    setImmediate(() => this.pump());
  };

  private pump(): void {
    this.pumping = false;
    if (!this.running) return;
    const { queue, clock, metrics } = this.dependencies;
    const nextAtMs = queue.tick(clock.monotonic());
    metrics.queue(queue.lengths);
    if (this.bindings < bindingsMax) {
      const queued = queue.pop();
      if (queued) {
        this.attempt(queued);
        this.wake();
        return;
      }
    }
    this.timer?.();
    this.timer = nextAtMs === undefined ? undefined : clock.after(Math.max(0, nextAtMs - clock.monotonic()), this.wake);
  }

  private attempt({ info }: QueuedPod): void {
    const { cache, queue, plugins, clock, random, metrics, logger } = this.dependencies;
    const profile = info.pod.spec?.schedulerName ?? 'default-scheduler';
    const startedAt = clock.monotonic();
    const observe = (result: Parameters<SchedulerMetrics['attempt']>[0]): void => metrics.attempt(result, profile, (clock.monotonic() - startedAt) / 1000);
    try {
      const decision = schedulePod(info, { plugins, snapshot: cache, random, startIndex: this.startIndex });
      if (decision.outcome === 'none') {
        observe('unschedulable');
        const rejectedBy = new Set([...decision.diagnosis.rejections.values()].map(({ plugin }) => plugin));
        // Without any node, any node that comes may help.
        queue.failed(info.uid, rejectedBy.size ? rejectedBy : new Set(['*']), clock.monotonic());
        void this.reportFailure(info, 'Unschedulable', diagnosisMessage(decision.diagnosis));
        return;
      }
      this.startIndex += decision.evaluatedNodes;
      cache.assume(info, decision.nodeName);
      observe('scheduled');
      void this.bind(info, decision.nodeName);
    } catch (error) {
      observe('error');
      logger.error({ error, pod: info.key }, 'the decision failed');
      queue.failed(info.uid, new Set(), clock.monotonic());
    }
  }

  private async bind(info: PodInfo, nodeName: string): Promise<void> {
    const { client, events, cache, queue, clock, logger } = this.dependencies;
    this.bindings++;
    const { name = '', namespace, uid } = info.pod.metadata ?? {};
    try {
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: nodeName } };
      await client.resource(resources.pods).createSubresource(name, 'binding', binding, { namespace });
      queue.done(info.uid);
      logger.info({ pod: info.key, node: nodeName }, 'bound');
      events.record({ type: resources.pods, object: info.pod }, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${nodeName}`);
    } catch (error) {
      cache.forget(info.uid);
      const nowMs = clock.monotonic();
      // Gone, or bound by somebody else: the informer tells.
      if (hasReason(error, 'NotFound', 'Conflict')) queue.done(info.uid);
      else queue.failed(info.uid, new Set(), nowMs);
      queue.moveOnEvent(podLeft, nowMs);
      const message = error instanceof Error ? error.message : String(error);
      logger.warn({ pod: info.key, node: nodeName, error }, 'could not bind');
      if (!hasReason(error, 'NotFound')) await this.reportFailure(info, 'SchedulerError', `binding rejected: ${message}`);
    } finally {
      this.bindings--;
      this.wake();
    }
  }

  /** Event and PodScheduled condition, the latter only when it changes. */
  private async reportFailure({ pod, key }: PodInfo, reason: 'Unschedulable' | 'SchedulerError', message: string): Promise<void> {
    const { client, events, clock, logger } = this.dependencies;
    events.record({ type: resources.pods, object: pod }, 'Warning', 'FailedScheduling', message);
    const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (known?.status === 'False' && known.reason === reason && known.message === message) return;
    const condition = { type: 'PodScheduled', status: 'False', reason, message, lastProbeTime: undefined, lastTransitionTime: formatTime(clock.now()) };
    const conditions = setCondition(pod.status?.conditions, condition, clock.now()).filter(({ type }) => type === 'PodScheduled');
    try {
      await client.resource(resources.pods).patch(
        pod.metadata?.name ?? '',
        { status: { conditions } },
        { namespace: pod.metadata?.namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' },
      );
    } catch (error) {
      if (!hasReason(error, 'NotFound')) logger.warn({ error, pod: key }, 'could not write the PodScheduled condition');
    }
  }
}

/** Is the pod for us to place? */
export function needsNode(pod: Pod, schedulerName: string): boolean {
  return !pod.spec?.nodeName && !pod.metadata?.deletionTimestamp && (pod.spec?.schedulerName ?? 'default-scheduler') === schedulerName;
}
