import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient, EventRecorder } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Cancel, Clock, Random } from '@typernetes/machinery';
import { formatTime, hasReason, setCondition } from '@typernetes/machinery';
import type { ClusterCache } from './cache/cluster-cache';
import type { Nominator } from './cache/nominator';
import type { Diagnosis } from './core/diagnosis';
import { diagnosisMessage } from './core/diagnosis';
import { preempt } from './core/preemption';
import { schedulePod } from './core/schedule-pod';
import { evictVictims } from './evict-victims';
import type { PodInfo } from './framework/pod-info';
import type { Profile } from './framework/profile';
import type { SchedulerMetrics } from './metrics';
import { podLeft } from './queue/event-hints';
import type { QueuedPod, SchedulingQueue } from './queue/scheduling-queue';

export interface SchedulerDependencies {
  client: ApiClient;
  events: EventRecorder;
  cache: ClusterCache;
  nominator: Nominator;
  queue: SchedulingQueue;
  /** By schedulerName. */
  profiles: ReadonlyMap<string, Profile>;
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
    const { cache, nominator, queue, clock, random, metrics, logger } = this.dependencies;
    const schedulerName = schedulerNameOf(info.pod);
    const startedAt = clock.monotonic();
    const observe = (result: Parameters<SchedulerMetrics['attempt']>[0]): void => metrics.attempt(result, schedulerName, (clock.monotonic() - startedAt) / 1000);
    try {
      const decision = schedulePod(info, { profile: this.profileOf(info), snapshot: cache, nominator, random, startIndex: this.startIndex });
      if (decision.outcome === 'none') {
        observe('unschedulable');
        this.unschedulable(info, decision.diagnosis);
        return;
      }
      this.startIndex += decision.evaluatedNodes;
      nominator.delete(info.uid);
      cache.assume(info, decision.nodeName);
      observe('scheduled');
      void this.bind(info, decision.nodeName);
    } catch (error) {
      observe('error');
      logger.error({ error, pod: info.key }, 'the decision failed');
      queue.failed(info.uid, new Set(), clock.monotonic());
    }
  }

  private profileOf({ pod, key }: PodInfo): Profile {
    const profile = this.dependencies.profiles.get(schedulerNameOf(pod));
    if (!profile) throw new Error(`profile not found for scheduler name ${JSON.stringify(schedulerNameOf(pod))} of pod ${key}`);
    return profile;
  }

  private unschedulable(info: PodInfo, diagnosis: Diagnosis): void {
    const { cache, nominator, queue, clock, random, metrics, logger } = this.dependencies;
    const preemption = preempt(info, diagnosis, { profile: this.profileOf(info), snapshot: cache, nominator, random, budgets: cache.budgets });
    const rejectedBy = new Set([...diagnosis.rejections.values()].map(({ plugin }) => plugin));
    // Without any node, any node that comes may help.
    queue.failed(info.uid, rejectedBy.size ? rejectedBy : new Set(['*']), clock.monotonic());
    if (preemption.outcome !== 'evict') {
      if (preemption.outcome === 'none') nominator.delete(info.uid);
      const nominatedNodeName = preemption.outcome === 'none' && info.pod.status?.nominatedNodeName ? null : undefined;
      void this.reportFailure(info, { reason: 'Unschedulable', message: diagnosisMessage(diagnosis, preemption.message), nominatedNodeName });
      return;
    }
    const { nodeName, victims } = preemption;
    metrics.preemption(victims.length);
    const overtaken = nominator.podsOn(nodeName, info).filter(({ priority }) => priority < info.priority);
    for (const { uid } of overtaken) nominator.delete(uid);
    nominator.nominate(info, nodeName);
    void this.reportFailure(info, { reason: 'Unschedulable', message: diagnosisMessage(diagnosis, ''), nominatedNodeName: nodeName });
    for (const other of overtaken) void this.writeStatus(other, { nominatedNodeName: null });
    evictVictims(info, preemption, this.dependencies).catch((error: unknown) => {
      nominator.delete(info.uid);
      logger.error({ error, pod: info.key }, 'could not evict the victims');
      queue.moveOnEvent(['*'], clock.monotonic());
      this.wake();
    });
  }

  private async bind(info: PodInfo, nodeName: string): Promise<void> {
    const { client, events, cache, queue, clock, logger } = this.dependencies;
    this.bindings++;
    const { name = '', namespace, uid } = info.pod.metadata ?? {};
    try {
      await this.preBind(info, nodeName);
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
      if (!hasReason(error, 'NotFound')) await this.reportFailure(info, { reason: 'SchedulerError', message: `binding rejected: ${message}` });
    } finally {
      this.bindings--;
      this.wake();
    }
  }

  /** Waits for what the plugins have to do first; a pod that waits takes no turn from others. */
  private async preBind(info: PodInfo, nodeName: string): Promise<void> {
    const node = this.dependencies.cache.node(nodeName);
    const waits = node ? this.profileOf(info).preBinders.flatMap((plugin) => plugin.preBind?.(info, node) ?? []) : [];
    if (waits.length === 0) return;
    this.bindings--;
    this.wake();
    try {
      await Promise.all(waits);
    } finally {
      this.bindings++;
    }
  }

  /** Event, PodScheduled condition and nomination; the status is written only when it changes. */
  private async reportFailure({ pod, key }: PodInfo, failure: Failure): Promise<void> {
    const { events, clock } = this.dependencies;
    const { reason, message, nominatedNodeName } = failure;
    events.record({ type: resources.pods, object: pod }, 'Warning', 'FailedScheduling', message);
    const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const isKnown = known?.status === 'False' && known.reason === reason && known.message === message;
    if (isKnown && (nominatedNodeName === undefined || nominatedNodeName === pod.status?.nominatedNodeName)) return;
    const condition = { type: 'PodScheduled', status: 'False', reason, message, lastProbeTime: undefined, lastTransitionTime: formatTime(clock.now()) };
    const conditions = setCondition(pod.status?.conditions, condition, clock.now()).filter(({ type }) => type === 'PodScheduled');
    await this.writeStatus({ pod, key }, { conditions, nominatedNodeName });
  }

  private async writeStatus({ pod, key }: Pick<PodInfo, 'pod' | 'key'>, status: object): Promise<void> {
    const { client, logger } = this.dependencies;
    try {
      await client.resource(resources.pods).patch(
        pod.metadata?.name ?? '',
        { status },
        { namespace: pod.metadata?.namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' },
      );
    } catch (error) {
      if (!hasReason(error, 'NotFound')) logger.warn({ error, pod: key }, 'could not write the status');
    }
  }
}

interface Failure {
  reason: 'Unschedulable' | 'SchedulerError';
  message: string;
  /** null: the pod has none any more; undefined: as it was. */
  nominatedNodeName?: string | null;
}

/** Is the pod for us to place? */
export function needsNode(pod: Pod, profiles: ReadonlyMap<string, Profile>): boolean {
  return !pod.spec?.nodeName && !pod.metadata?.deletionTimestamp && profiles.has(schedulerNameOf(pod));
}

export const schedulerNameOf = ({ spec }: Pod): string => spec?.schedulerName ?? 'default-scheduler';
