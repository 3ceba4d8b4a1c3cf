import type { Pod } from '@typernetes/api';
import type { Cancel } from '@typernetes/machinery';
import { bindPod } from './bind-pod';
import type { Decision, DecisionContext } from './core/schedule-pod';
import { schedulePod } from './core/schedule-pod';
import { schedulePodWithExtenders } from './extenders/ask-extenders';
import type { SchedulerDependencies } from './dependencies';
import type { Extender } from './extenders/extender';
import type { Profile } from './framework/profile';
import { makeRoom } from './make-room';
import type { AttemptResult } from './metrics';
import type { QueuedPod } from './queue/queued-pod';

/** Bindings under way at once: enough to hide the latency, few enough not to flood the apiserver. */
const bindingsMax = 32;

/** One pod's turn. */
interface Attempt {
  readonly queued: QueuedPod;
  readonly profile: Profile;
  readonly startedAtMs: number;
}

/**
 * The rim around the decision: takes pods from the queue, decides, assumes, binds in the background, and sends failures
 * back to the queue. Decisions are made one after the other; bindings overlap.
 */
export class Scheduler {
  private startIndex = 0;
  private bindings = 0;
  private timer: Cancel | undefined;
  private pumping = false;
  /** An extender is being asked: the next decision waits. */
  private asking = false;
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
    const { queue, clock } = this.dependencies;
    const nextAtMs = queue.tick(clock.monotonic());
    if (this.bindings < bindingsMax && !this.asking) {
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

  private attempt(queued: QueuedPod): void {
    const { clock, extenders, logger, profiles, queue } = this.dependencies;
    const { info } = queued;
    const profile = profiles.get(schedulerNameOf(info.pod));
    // Only pods of known profiles enter the queue.
    if (!profile) return queue.delete(info.uid);
    const attempt: Attempt = { queued, profile, startedAtMs: clock.monotonic() };
    const interested = extenders.filter((extender) => extender.isInterestedIn(info));
    try {
      const context = this.contextOf(profile);
      if (!interested.length) return this.decided(attempt, schedulePod(info, context), interested);
      this.asking = true;
      schedulePodWithExtenders(info, context, { extenders: interested, logger })
        .then((decision) => this.decided(attempt, decision, interested))
        .catch((error: unknown) => this.failed(attempt, error))
        .finally(() => {
          this.asking = false;
          this.wake();
        });
    } catch (error) {
      this.failed(attempt, error);
    }
  }

  private contextOf(profile: Profile): DecisionContext {
    const { cache, nominator, random, clock, metrics } = this.dependencies;
    const startTimer: DecisionContext['startTimer'] = (point) => {
      const startedAtMs = clock.monotonic();
      return (status) => metrics.point(point, profile.schedulerName, { status, seconds: (clock.monotonic() - startedAtMs) / 1_000 });
    };
    return { profile, snapshot: cache, nominator, random, startIndex: this.startIndex, startTimer };
  }

  private decided(attempt: Attempt, decision: Decision, extenders: readonly Extender[]): void {
    const { cache, nominator, queue, metrics, clock } = this.dependencies;
    const { info } = attempt.queued;
    // While an extender was asked the pod may have gone, or got its node from somebody else.
    if (!queue.isInFlight(info.uid)) return;
    metrics.algorithm((clock.monotonic() - attempt.startedAtMs) / 1_000);
    if (decision.outcome === 'none') {
      this.observe(attempt, 'unschedulable');
      makeRoom({ info, profile: attempt.profile, diagnosis: decision.diagnosis, extenders }, this.wake, this.dependencies);
      return;
    }
    this.startIndex += decision.evaluatedNodes;
    nominator.delete(info.uid);
    queue.decided(info.uid);
    cache.assume(info, decision.nodeName);
    void this.bind(attempt, decision.nodeName);
  }

  private failed(attempt: Attempt, error: unknown): void {
    const { queue, clock, logger } = this.dependencies;
    const { info } = attempt.queued;
    this.observe(attempt, 'error');
    logger.error({ error, pod: info.key }, 'the decision failed');
    queue.failed(info.uid, new Set(), clock.monotonic());
  }

  private observe({ profile, startedAtMs }: Attempt, result: AttemptResult): void {
    const { metrics, clock } = this.dependencies;
    metrics.attempt(result, profile.schedulerName, (clock.monotonic() - startedAtMs) / 1_000);
  }

  private async bind(attempt: Attempt, nodeName: string): Promise<void> {
    const { cache, clock, metrics } = this.dependencies;
    const { queued, profile } = attempt;
    const { info, attempts, addedAtMs } = queued;
    this.bindings++;
    const turn = {
      leave: () => {
        this.bindings--;
        this.wake();
      },
      takeAgain: () => this.bindings++,
    };
    try {
      const isBound = await bindPod({ info, profile, node: cache.node(nodeName), nodeName }, turn, this.dependencies);
      this.observe(attempt, isBound ? 'scheduled' : 'error');
      if (isBound) metrics.scheduled(attempts + 1, (clock.monotonic() - addedAtMs) / 1_000);
    } finally {
      this.bindings--;
      this.wake();
    }
  }
}

/** Is the pod for us to place? */
export function needsNode(pod: Pod, profiles: ReadonlyMap<string, Profile>): boolean {
  return !pod.spec?.nodeName && !pod.metadata?.deletionTimestamp && profiles.has(schedulerNameOf(pod));
}

export const schedulerNameOf = ({ spec }: Pod): string => spec?.schedulerName ?? 'default-scheduler';
