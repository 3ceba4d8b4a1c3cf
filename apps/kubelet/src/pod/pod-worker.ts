import { rm } from 'node:fs/promises';
import type { Container, Pod, PodStatus } from '@typernetes/api';
import type { Cancel } from '@typernetes/machinery';
import { findCondition, parseTime } from '@typernetes/machinery';
import { containerHash } from '../container/container-hash';
import { linuxResources } from '../container/linux-resources';
import { syncRetryMsInitial, syncRetryMsMax } from '../limits';
import { runtimeMethods } from '../runtime/cri-client';
import type { RuntimeContainer, RuntimePod, RuntimeSandbox } from '../runtime/runtime-pod';
import { isAlive, latestContainer } from '../runtime/runtime-pod';
import { podLogDirectory, sandboxConfig } from '../sandbox/sandbox-config';
import { VolumeError } from '../volumes/volume-manager';
import { durationText } from './back-off';
import type { Failure, Waiting } from './container-status';
import { graceSecondsOf, killContainer } from './kill-container';
import type { Refusal } from './admission/refusal';
import type { Plan, ResizeStep, StartStep } from './plan';
import { planPod } from './plan';
import type { PodContext } from './pod-context';
import { podKeyOf } from './pod-context';
import { allContainersOf, initContainersOf, isSidecar, podText, uidOf } from './pod-kind';
import { isTerminalPhase, podStatus, toldStatus } from './pod-status';
import type { KernelResources } from './resize/actual-resources';
import { kernelResources } from './resize/actual-resources';
import type { ResizeNote, Room } from './resize/pod-resize';
import { PodResize } from './resize/pod-resize';
import { resizeContainer } from './resize/resize-container';
import { backOffKey, factsOf, startContainer } from './start-container';

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/^\d+ [A-Z_]+: /, '');

/** All of a pod that others decide, as text. */
function wishes({ metadata, spec, status }: Pod): string {
  const gates = (spec?.readinessGates ?? []).map(({ conditionType }) => findCondition(status?.conditions, conditionType)?.status);
  const { labels, annotations, deletionTimestamp, deletionGracePeriodSeconds } = metadata ?? {};
  return JSON.stringify([spec, labels, annotations, deletionTimestamp, deletionGracePeriodSeconds, gates]);
}

/** Something outside the pod keeps it from going on: reported, and tried again. */
class SyncError extends Error {}

/**
 * Brings one pod to what it shall be. Every look reads the runtime anew, asks the planner and does what it says; what
 * wakes it (the API, the runtime, a probe, a timer) does not matter. One look at a time.
 */
export class PodWorker {
  private readonly waiting = new Map<string, Waiting>();
  private readonly saidBackOff = new Map<string, string>();
  private failure: Failure | undefined;
  private isDirty = false;
  private isRunning = false;
  private failures = 0;
  private timer: Cancel | undefined;
  private timerDueMs: number | undefined;
  private abort = new AbortController();
  /** The pod has left the API, or never was in it. */
  private isGone = false;
  private isFinished = false;
  private isStopped = false;
  private readonly resize: PodResize;
  private killGraceSeconds: number | undefined;
  /** Until it runs for the first time. */
  private seenAtMs: number | undefined;

  constructor(
    private readonly context: PodContext,
    private pod: Pod,
    /** All of the pod is gone from the node and from the API. */
    private readonly onGone: () => void,
    refusal?: Refusal,
  ) {
    if (refusal) this.failure = { reason: refusal.reason, message: `Pod was rejected: ${refusal.message}`, isRefused: true };
    this.resize = new PodResize(pod);
    this.seenAtMs = context.clock.monotonic();
  }

  /** The pod as the node has promised it to be, while the spec may want more. */
  get allocated(): Pod {
    return this.resize.allocated(this.pod);
  }

  get current(): Pod {
    return this.pod;
  }

  /** Has the API forgotten the pod? */
  get hasLeft(): boolean {
    return this.isGone;
  }

  get hasFinished(): boolean {
    return this.isFinished;
  }

  update(pod: Pod): void {
    const before = this.pod;
    this.pod = pod;
    // Our own status coming back is no news.
    if (wishes(before) === wishes(pod)) return;
    if (pod.metadata?.deletionTimestamp) this.hurry();
    this.notify();
  }

  /** The API has forgotten the pod. */
  gone(): void {
    this.isGone = true;
    this.hurry();
    this.notify();
  }

  notify(): void {
    if (this.isStopped) return;
    this.isDirty = true;
    if (!this.isRunning) void this.run();
  }

  /** Ends the pod at once, for the node's sake or, when it has broken its limits, through its own fault. */
  evict(message: string, isOwnFault: boolean): void {
    if (this.mustEnd) return;
    this.failure = { reason: 'Evicted', message, isEviction: true, isOwnFault };
    this.context.report(this.pod, { type: 'Warning', reason: 'Evicted', message });
    this.hurry();
    this.notify();
  }

  /** The time that the pod's containers get to end. */
  private endGraceSeconds(): number {
    return this.failure?.isEviction ? 0 : graceSecondsOf(this.pod, undefined);
  }

  /** Leaves everything as it is: the next kubelet goes on from there. */
  stop(): void {
    this.isStopped = true;
    this.timer?.();
    this.isDirty = false;
    this.abort.abort(new Error('the kubelet stops'));
  }

  /** Brings volumes up to date while the pod runs. */
  async refreshVolumes(): Promise<void> {
    const { context, pod } = this;
    if (pod.metadata?.deletionTimestamp || this.isGone || isTerminalPhase(context.statuses.current(pod)?.phase)) return;
    const runtime = await context.reader.read(podKeyOf(pod));
    if (runtime.containers.some(isAlive)) await context.volumes.setUp(pod, factsOf(context, runtime.sandboxes[0], pod));
  }

  /** Whatever goes on for the running pod (a pull, say) is not wanted any more; a shorter grace counts at once. */
  private hurry(): void {
    const grace = this.endGraceSeconds();
    if (this.killGraceSeconds === undefined) this.abort.abort(new Error('the pod is being deleted'));
    else if (grace < this.killGraceSeconds) {
      this.killGraceSeconds = grace;
      void this.stopSooner(grace).catch((error: unknown) => this.context.logger.debug({ error }, 'containers could not be stopped sooner'));
    }
  }

  private async stopSooner(graceSeconds: number): Promise<void> {
    const { containers } = await this.context.reader.read(podKeyOf(this.pod));
    const running = containers.filter(isAlive);
    await Promise.all(running.map(({ id }) => this.context.cri.call(runtimeMethods.stopContainer, { containerId: id, timeout: BigInt(graceSeconds) })));
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isDirty && !this.isStopped) {
      this.isDirty = false;
      try {
        await this.sync();
        this.failures = 0;
      } catch (error) {
        if (!this.isStopped) this.failed(error);
      }
    }
    this.isRunning = false;
  }

  private failed(error: unknown): void {
    this.failures++;
    const { logger } = this.context;
    const log = error instanceof SyncError || error instanceof VolumeError || this.abort.signal.aborted ? 'debug' : 'warn';
    logger[log]({ error, pod: podText(this.pod) }, 'Error syncing pod');
    if (error instanceof VolumeError) this.context.report(this.pod, { type: 'Warning', reason: 'FailedMount', message: error.message });
    this.again(Math.min(syncRetryMsMax, syncRetryMsInitial * 2 ** Math.min(this.failures - 1, 10)));
  }

  private again(delayMs: number): void {
    if (this.isStopped) return;
    const { clock } = this.context;
    const dueMs = clock.monotonic() + delayMs;
    // Of several reasons to look again the first counts; that look finds the others anew.
    if (this.timerDueMs !== undefined && this.timerDueMs <= dueMs) return;
    this.timer?.();
    this.timerDueMs = dueMs;
    this.timer = clock.after(delayMs, () => {
      this.timerDueMs = undefined;
      this.notify();
    });
  }

  private get mustEnd(): boolean {
    return this.isGone || this.failure !== undefined || this.pod.metadata?.deletionTimestamp !== undefined;
  }

  private async sync(): Promise<void> {
    if (this.isFinished) return;
    const { context } = this;
    const runtime = await context.reader.read(podKeyOf(this.pod));
    if (!this.mustEnd) this.checkDeadline();
    if (this.mustEnd) return this.terminate(runtime);
    this.abort = this.abort.signal.aborted ? new AbortController() : this.abort;
    context.probes.update(this.pod, runtime, this.podIP(runtime));
    this.decideResize(runtime);
    const status = this.publish(runtime);
    if (isTerminalPhase(status.phase)) return this.terminate(runtime);
    const { probes } = context;
    const plan = planPod({ pod: this.allocated, runtime, probes, hashOf: containerHash, resourcesOf: this.resourcesOf, mustRestart: (id) => this.resize.mustRestart(id) });
    if (await this.execute(plan, runtime)) this.isDirty = true;
    else {
      this.settleResize(plan);
      this.publish(runtime);
    }
  }

  private readonly resourcesOf = (container: Container): KernelResources =>
    kernelResources(linuxResources(this.pod, container, this.context.node.memoryBytes));

  private report(notes: readonly ResizeNote[]): void {
    for (const note of notes) this.context.report(this.pod, note);
  }

  private decideResize(runtime: RuntimePod): void {
    const { context, pod } = this;
    const room = (): Room => ({ others: context.neighbours(uidOf(pod)), allocatable: context.node.allocatable });
    this.report(this.resize.decide(pod, room, (name) => latestContainer(runtime, name)?.id));
    if (this.resize.isPending) this.again(syncRetryMsMax);
  }

  /** With nothing left to do a resize is complete. */
  private settleResize(plan: Plan): void {
    if (plan.kind === 'containers' && plan.resize.length === 0) this.report(this.resize.completed(this.pod));
  }

  private async resizeAll(steps: readonly ResizeStep[]): Promise<boolean> {
    const { context, pod } = this;
    try {
      for (const step of steps) await resizeContainer(context, this.allocated, step);
      return steps.length > 0;
    } catch (error) {
      this.report(this.resize.failed(pod, errorText(error)));
      this.again(syncRetryMsMax);
      return false;
    }
  }

  private publish(runtime: RuntimePod, isStopping = false): PodStatus {
    const { context } = this;
    const known = context.statuses.current(this.pod);
    const status = podStatus({
      pod: known ? { ...this.allocated, status: { ...known, conditions: this.mergedConditions(known) } } : this.allocated,
      runtime,
      waiting: this.waiting,
      probes: context.probes,
      runtimeName: context.node.runtimeName,
      nodeIPs: context.node.ips,
      nowMs: context.clock.now(),
      failure: this.failure,
      isStopping,
      resourcesOf: this.resourcesOf,
      resizeConditions: isStopping ? [] : this.resize.conditions(),
    });
    if (!this.isGone) context.statuses.set(this.pod, toldStatus(status, known, runtime.containers.some(isAlive)));
    this.countStart(status);
    return status;
  }

  private countStart({ phase }: PodStatus): void {
    if (this.seenAtMs === undefined || phase === 'Pending') return;
    // One that ran before this kubelet did has not been started by it.
    if (!isTerminalPhase(this.pod.status?.phase) && this.pod.status?.phase !== 'Running') {
      this.context.podStarted((this.context.clock.monotonic() - this.seenAtMs) / 1_000);
    }
    this.seenAtMs = undefined;
  }

  /** Own conditions as last said, those of others as the API has them. */
  private mergedConditions(known: PodStatus): PodStatus['conditions'] {
    const own = known.conditions ?? [];
    const names = new Set(own.map(({ type }) => type));
    return [...own, ...(this.pod.status?.conditions ?? []).filter(({ type }) => !names.has(type))];
  }

  private podIP({ sandboxes }: RuntimePod): string {
    const [ip = ''] = this.pod.spec?.hostNetwork ? this.context.node.ips : (sandboxes[0]?.ips ?? []);
    return ip;
  }

  /** True when something was done and the pod must be looked at again. */
  private async execute(plan: Plan, runtime: RuntimePod): Promise<boolean> {
    switch (plan.kind) {
      case 'stop':
        await this.stopSandboxes(runtime.sandboxes.filter(({ ready }) => ready));
        return runtime.sandboxes.some(({ ready }) => ready);
      case 'newSandbox':
        await this.createSandbox(plan.attempt, plan.leftovers, runtime);
        return true;
      case 'containers': {
        await Promise.all(plan.kill.map((step) => this.kill(step, runtime)));
        const started = await this.startAll(plan.start, plan.sandbox, runtime);
        const resized = await this.resizeAll(plan.resize);
        return plan.kill.length > 0 || started || resized;
      }
    }
  }

  private kill({ container: running, reason, message }: Extract<Plan, { kind: 'containers' }>['kill'][number], runtime: RuntimePod): Promise<void> {
    const container = allContainersOf(this.pod).find(({ name }) => name === running.name);
    const graceSeconds = graceSecondsOf(this.pod, container, reason === 'liveness' || reason === 'startup' ? reason : undefined);
    return killContainer(this.context, { pod: this.pod, running, graceSeconds, message, podIP: this.podIP(runtime) });
  }

  private async createSandbox(attempt: number, leftovers: RuntimeSandbox[], runtime: RuntimePod): Promise<void> {
    const { context, pod } = this;
    if (leftovers.length > 0) context.report(pod, { type: 'Normal', reason: 'SandboxChanged', message: 'Pod sandbox changed, it will be killed and re-created.' });
    await Promise.all(runtime.containers.filter(isAlive).map((container) => this.kill({ container, reason: 'leftover', message: '' }, runtime)));
    await this.stopSandboxes(leftovers);
    const problem = pod.spec?.hostNetwork ? undefined : context.node.networkProblem();
    if (problem) {
      context.report(pod, { type: 'Warning', reason: 'NetworkNotReady', message: `network is not ready: ${problem}` });
      throw new SyncError(`network is not ready: ${problem}`);
    }
    // Missing volumes show before a sandbox takes an address.
    await context.volumes.setUp(pod, factsOf(context, undefined, pod));
    try {
      const runtimeHandler = await context.runtimeHandler(pod.spec?.runtimeClassName);
      await context.cri.call(runtimeMethods.runPodSandbox, { config: sandboxConfig(pod, attempt, context), runtimeHandler }, { signal: this.abort.signal });
    } catch (error) {
      const message = `Failed to create pod sandbox: ${errorText(error)}`;
      if (!this.abort.signal.aborted) context.report(pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
      throw new SyncError(message, { cause: error });
    }
  }

  private async stopSandboxes(sandboxes: RuntimeSandbox[]): Promise<void> {
    await Promise.all(sandboxes.map(({ id }) => this.context.cri.call(runtimeMethods.stopPodSandbox, { podSandboxId: id })));
  }

  private async startAll(steps: StartStep[], sandbox: RuntimeSandbox, runtime: RuntimePod): Promise<boolean> {
    const due = steps.filter((step) => !this.backsOff(step));
    if (due.length === 0) return false;
    const { context, pod } = this;
    const volumes = await context.volumes.setUp(pod, factsOf(context, sandbox, pod));
    let started = false;
    for (const step of due) {
      this.abort.signal.throwIfAborted();
      const failure = await startContainer(context, { pod: this.allocated, sandbox, runtime, step, volumes, signal: this.abort.signal });
      if (failure) {
        this.waiting.set(step.container.name, { reason: failure.reason, message: failure.message });
        this.again(failure.retryAfterMs ?? syncRetryMsMax);
      } else {
        this.waiting.delete(step.container.name);
        started = true;
      }
    }
    return started;
  }

  /** A container that ended a moment ago has to wait. */
  private backsOff({ container, previous }: StartStep): boolean {
    if (!previous) return false;
    const { context, pod } = this;
    // What was ended for its new amounts has not failed.
    if (this.resize.mustRestart(previous.id)) return false;
    const key = backOffKey(pod, container, previous.hash);
    const nowMs = context.clock.now();
    const wait = context.restarts.remaining(key, previous.finishedAtMs, nowMs);
    if (!wait) {
      context.restarts.next(key, previous.finishedAtMs, nowMs);
      return false;
    }
    const message = `back-off ${durationText(wait.delayMs)} restarting failed container=${container.name} pod=${podText(pod)}`;
    this.waiting.set(container.name, { reason: 'CrashLoopBackOff', message });
    if (this.saidBackOff.get(container.name) !== previous.id) {
      this.saidBackOff.set(container.name, previous.id);
      context.report(pod, { type: 'Warning', reason: 'BackOff', message: `Back-off restarting failed container ${container.name} in pod ${podText(pod)}` }, container.name);
    }
    this.again(wait.leftMs);
    return true;
  }

  private checkDeadline(): void {
    const seconds = this.pod.spec?.activeDeadlineSeconds;
    const startedAtMs = parseTime(this.context.statuses.current(this.pod)?.startTime ?? '');
    if (seconds === undefined || startedAtMs === undefined || isTerminalPhase(this.context.statuses.current(this.pod)?.phase)) return;
    const leftMs = startedAtMs + seconds * 1_000 - this.context.clock.now();
    if (leftMs > 0) return this.again(leftMs);
    const message = 'Pod was active on the node longer than the specified deadline';
    this.failure = { reason: 'DeadlineExceeded', message };
    this.context.report(this.pod, { type: 'Normal', reason: 'DeadlineExceeded', message });
  }

  /** Ends everything, says how it ended, and cleans up when the pod is to be deleted. */
  private async terminate(runtime: RuntimePod): Promise<void> {
    const { context } = this;
    this.waiting.clear();
    if (runtime.containers.some(isAlive)) {
      this.publish(runtime, true);
      context.probes.stopLivenessAndStartup(uidOf(this.pod));
      await this.killAll(runtime);
    }
    await this.stopSandboxes(runtime.sandboxes.filter(({ ready }) => ready));
    const after = await context.reader.read(podKeyOf(this.pod));
    if (after.containers.some(isAlive)) throw new SyncError('containers are still running');
    this.publish(after, true);
    context.probes.stop(uidOf(this.pod));
    if (this.isGone || this.pod.metadata?.deletionTimestamp) await this.cleanUp(after);
  }

  /** Regular containers first, all at once; then sidecars, the last one first (KEP-753). All have the same time together. */
  private async killAll(runtime: RuntimePod): Promise<void> {
    const graceSeconds = this.endGraceSeconds();
    this.killGraceSeconds = graceSeconds;
    const podIP = this.podIP(runtime);
    const sidecars = initContainersOf(this.pod).filter(isSidecar).map(({ name }) => name);
    const running = runtime.containers.filter(isAlive);
    const kill = (some: RuntimeContainer[], turn?: Promise<unknown>): Promise<void>[] =>
      some.map((one) => killContainer(this.context, { pod: this.pod, running: one, graceSeconds, podIP, ...(turn ? { turn } : {}) }));
    const kills = kill(running.filter(({ name }) => !sidecars.includes(name)));
    for (const name of sidecars.reverse()) kills.push(...kill(running.filter((one) => one.name === name), Promise.allSettled([...kills])));
    await Promise.all(kills);
  }

  private async cleanUp(runtime: RuntimePod): Promise<void> {
    const { context, pod } = this;
    const uid = uidOf(pod);
    await Promise.all(runtime.sandboxes.map(({ id }) => context.cri.call(runtimeMethods.removePodSandbox, { podSandboxId: id })));
    await context.volumes.remove(uid);
    await rm(podLogDirectory(context.podLogsDir, pod), { recursive: true, force: true });
    context.restarts.forget(`${uid}/`);
    this.isFinished = true;
    this.timer?.();
    if (this.isGone) {
      context.statuses.forget(uid);
      this.onGone();
    } else context.statuses.finish(pod);
  }
}
