import type { Container, Pod, Probe } from '@typernetes/api';
import type { Logger } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { ProbeView } from '../pod/plan';
import { allContainersOf, uidOf } from '../pod/pod-kind';
import type { CriClient } from '../runtime/cri-client';
import type { RuntimeContainer, RuntimePod } from '../runtime/runtime-pod';
import { latestContainer } from '../runtime/runtime-pod';
import { execProbe } from './exec-probe';
import type { ProbeResult } from './http-probe';
import { unknown } from './http-probe';
import type { NetworkProbe } from './network-probe';
import type { ProbeState, ProbeType } from './thresholds';
import { initialState, observe } from './thresholds';

export interface ProbeDependencies {
  cri: CriClient;
  probeNetwork: NetworkProbe;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** A belief has changed: the pod must be looked at. */
  changed(uid: string): void;
  report(pod: Pod, containerName: string, event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}

/** A container that is being probed. */
interface Subject {
  pod: Pod;
  container: Container;
  running: RuntimeContainer;
  ip: string;
}

interface Worker {
  subject: Subject;
  state: ProbeState;
  abort: AbortController;
  uid: string;
}

const probesOf = (container: Container): [ProbeType, Probe][] => {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const all: [ProbeType, Probe | undefined][] = [['startup', startupProbe], ['readiness', readinessProbe], ['liveness', livenessProbe]];
  return all.filter((entry): entry is [ProbeType, Probe] => entry[1] !== undefined);
};

const key = (containerId: string, type: ProbeType): string => `${containerId}/${type}`;
const titles: Record<ProbeType, string> = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' };

/** Runs the probes of running containers, one loop per container and probe, and remembers what they came to. */
export class ProbeManager implements ProbeView {
  private readonly workers = new Map<string, Worker>();
  /** Containers whose startup probe has passed; kept while the container lives. */
  private readonly adoptedAtMs: number;

  constructor(private readonly dependencies: ProbeDependencies) {
    this.adoptedAtMs = dependencies.clock.now();
  }

  /** Starts probes of what runs now and stops those of what does not. `ip` is the pod's address. */
  update(pod: Pod, runtime: RuntimePod, ip: string): void {
    const uid = uidOf(pod);
    const wanted = new Set<string>();
    for (const container of allContainersOf(pod)) {
      const running = latestContainer(runtime, container.name);
      if (running?.state !== 'running') continue;
      for (const [type, probe] of probesOf(container)) {
        wanted.add(key(running.id, type));
        this.ensure({ pod, container, running, ip }, type, probe);
      }
    }
    for (const [id, worker] of this.workers) if (worker.uid === uid && !wanted.has(id)) this.drop(id, worker);
  }

  /** A pod that is ending must not be killed for being ill, but whether it can still serve is of interest. */
  stopLivenessAndStartup(uid: string): void {
    for (const [id, worker] of this.workers) {
      if (worker.uid !== uid) continue;
      if (id.endsWith('/liveness')) this.drop(id, worker);
      // What it came to stays known.
      else if (id.endsWith('/startup')) worker.abort.abort(new Error('the pod is ending'));
    }
  }

  stop(uid: string): void {
    for (const [id, worker] of this.workers) if (worker.uid === uid) this.drop(id, worker);
  }

  stopAll(): void {
    for (const [id, worker] of this.workers) this.drop(id, worker);
  }

  failed(containerId: string): 'liveness' | 'startup' | undefined {
    for (const type of ['liveness', 'startup'] as const) {
      const state = this.workers.get(key(containerId, type))?.state;
      if (state && !state.healthy && state.run > 0 && this.gaveUp(containerId, type, state)) return type;
    }
    return undefined;
  }

  private gaveUp(containerId: string, type: 'liveness' | 'startup', state: ProbeState): boolean {
    if (type === 'liveness') return true;
    const container = this.workers.get(key(containerId, type))?.subject.container;
    return !state.lastOk && state.run >= (container?.startupProbe?.failureThreshold ?? 3);
  }

  started(containerId: string): boolean {
    return this.workers.get(key(containerId, 'startup'))?.state.healthy ?? true;
  }

  ready(containerId: string): boolean {
    return this.workers.get(key(containerId, 'readiness'))?.state.healthy ?? true;
  }

  private drop(id: string, { abort }: Worker): void {
    this.workers.delete(id);
    abort.abort(new Error('not wanted any more'));
  }

  private ensure(subject: Subject, type: ProbeType, probe: Probe): void {
    const id = key(subject.running.id, type);
    const known = this.workers.get(id);
    if (known) {
      known.subject = subject;
      return;
    }
    const worker: Worker = { subject, state: this.firstState(subject, type), abort: new AbortController(), uid: uidOf(subject.pod) };
    this.workers.set(id, worker);
    void this.run(worker, type, probe);
  }

  /** What ran before this kubelet did was ready when its pod's status says so: a restart must not take it out of Services. */
  private firstState({ pod, container, running }: Subject, type: ProbeType): ProbeState {
    const state = initialState(type);
    if (running.startedAtMs >= this.adoptedAtMs) return state;
    const before = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find(({ name }) => name === container.name);
    if (!before?.containerID?.endsWith(running.id)) return state;
    const healthy = type === 'readiness' ? before.ready : type === 'startup' ? before.started === true : true;
    return { ...state, healthy, lastOk: healthy };
  }

  private async run(worker: Worker, type: ProbeType, probe: Probe): Promise<void> {
    const { clock, random } = this.dependencies;
    const { signal } = worker.abort;
    const periodMs = (probe.periodSeconds ?? 10) * 1_000;
    const isAdopted = worker.subject.running.startedAtMs < this.adoptedAtMs;
    try {
      // After a restart of the kubelet not all probes of the node at once.
      if (isAdopted) await clock.sleep(random.next() * periodMs, signal);
      const dueMs = worker.subject.running.startedAtMs + (probe.initialDelaySeconds ?? 0) * 1_000;
      if (dueMs > clock.now()) await clock.sleep(dueMs - clock.now(), signal);
      for (;;) {
        const waitsForStart = type !== 'startup' && !this.started(worker.subject.running.id);
        if (!waitsForStart) await this.probeOnce(worker, type, probe);
        if (type === 'startup' && worker.state.healthy) return;
        await clock.sleep(waitsForStart ? Math.min(periodMs, 1_000) : periodMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.dependencies.logger.error({ error, probe: type }, 'a probe could not go on');
    }
  }

  private async probeOnce(worker: Worker, type: ProbeType, probe: Probe): Promise<void> {
    const { subject } = worker;
    const result = await this.execute(subject, probe);
    if (worker.abort.signal.aborted) return;
    if (result.ok === 'unknown') {
      const message = `${titles[type]} probe errored and resulted in unknown state: ${result.error}`;
      this.dependencies.report(subject.pod, subject.container.name, { type: 'Warning', reason: 'Unhealthy', message });
      return;
    }
    if (!result.ok) {
      const message = `${titles[type]} probe failed: ${result.output}`;
      this.dependencies.report(subject.pod, subject.container.name, { type: 'Warning', reason: 'Unhealthy', message });
    }
    const before = worker.state;
    worker.state = observe(before, result.ok, { ...probe, successThreshold: type === 'readiness' ? probe.successThreshold : 1 });
    const gaveUp = type === 'startup' && !worker.state.healthy && worker.state.run >= (probe.failureThreshold ?? 3);
    if (before.healthy !== worker.state.healthy || gaveUp) this.dependencies.changed(worker.uid);
  }

  private async execute({ container, running, ip }: Subject, probe: Probe): Promise<ProbeResult> {
    const { cri, clock, probeNetwork } = this.dependencies;
    const timeoutSeconds = probe.timeoutSeconds ?? 1;
    try {
      if (probe.exec) return await execProbe(cri, running.id, probe.exec.command ?? [], timeoutSeconds);
      return await probeNetwork(probe, { container, containerId: running.id, ip, timeoutMs: timeoutSeconds * 1_000 }, clock);
    } catch (error) {
      return unknown(error instanceof Error ? error.message : String(error));
    }
  }
}
