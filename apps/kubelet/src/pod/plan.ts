import type { Container, Pod } from '@typernetes/api';
import type { RuntimeContainer, RuntimePod, RuntimeSandbox } from '../runtime/runtime-pod';
import { isAlive, latestContainer } from '../runtime/runtime-pod';
import { containersOf, ephemeralContainersOf, initContainersOf, isSidecar } from './pod-kind';
import type { KernelResources } from './resize/actual-resources';
import { differing } from './resize/actual-resources';
import { initRestartsAfter, restartsAfter } from './restart';

/**
 * The pod's state machine. It looks at what shall run and at what the runtime has, and says what to do next; it keeps
 * nothing between two looks, so a restarted kubelet, a lost event or a crash between two steps is just another look.
 *
 *   no sandbox -> init containers one after the other (sidecars stay) -> all containers -> ... -> ended -> sandbox stopped
 */

export interface ProbeView {
  /** By id of the container: liveness or startup probe gave up on it. */
  failed(containerId: string): 'liveness' | 'startup' | undefined;
  /** By id: startup probe passed, or there is none. */
  started(containerId: string): boolean;
}

export interface PlanInput {
  pod: Pod;
  runtime: RuntimePod;
  probes: ProbeView;
  /** Of a container's spec, to notice a changed image. */
  hashOf(container: Container): string;
  /** What the kernel shall enforce. */
  resourcesOf(container: Container): KernelResources;
  /** By id: the run must end for a resize. */
  mustRestart(containerId: string): boolean;
}

export type KillReason = 'liveness' | 'startup' | 'changed' | 'resize' | 'ended' | 'leftover';

export interface KillStep {
  container: RuntimeContainer;
  reason: KillReason;
  /** Empty: no event. */
  message: string;
}

/** New amounts for a container that goes on running. */
export interface ResizeStep {
  container: Container;
  running: RuntimeContainer;
}

export interface StartStep {
  container: Container;
  restartCount: number;
  /** The run that ended before: back-off counts from its end. */
  previous?: RuntimeContainer;
  /** One that was made and never started: its name is free only when it is gone. */
  replaces?: RuntimeContainer;
}

export type Plan =
  /** Nothing of it runs or shall run: stop the sandbox and what is left in it. */
  | { kind: 'stop' }
  /** Stops what is left of an old sandbox first. */
  | { kind: 'newSandbox'; attempt: number; leftovers: RuntimeSandbox[] }
  | { kind: 'containers'; sandbox: RuntimeSandbox; kill: KillStep[]; start: StartStep[]; resize: ResizeStep[] };

/** What to do next for a pod that shall run. */
export function planPod(input: PlanInput): Plan {
  const { pod, runtime } = input;
  const [newest] = runtime.sandboxes;
  const usable = runtime.sandboxes.find((sandbox) => isUsable(pod, sandbox));
  if (!usable || usable !== newest) return planWithoutSandbox(input, newest);
  const plan: ContainerPlan = { kill: [], start: [], resize: [] };
  planEphemeralContainers(input, plan);
  const initialised = planInitContainers(input, usable, plan);
  if (initialised) planContainers(input, usable, plan);
  if (isOver(input, usable, plan, initialised)) {
    if (plan.kill.length > 0) return { kind: 'containers', sandbox: usable, ...plan, start: [], resize: [] };
    const sidecars = runtime.containers.filter((container) => container.sandboxId === usable.id && isAlive(container));
    if (sidecars.length === 0) return { kind: 'stop' };
    return { kind: 'containers', sandbox: usable, kill: sidecars.map((container) => ({ container, reason: 'ended', message: '' })), start: [], resize: [] };
  }
  return { kind: 'containers', sandbox: usable, ...plan };
}

interface ContainerPlan {
  kill: KillStep[];
  start: StartStep[];
  resize: ResizeStep[];
}

function isUsable(pod: Pod, sandbox: RuntimeSandbox): boolean {
  return sandbox.ready && (pod.spec?.hostNetwork === true || sandbox.ips.length > 0);
}

function planWithoutSandbox({ pod, runtime }: PlanInput, newest: RuntimeSandbox | undefined): Plan {
  const hasRun = runtime.containers.length > 0;
  // A pod that must not start again does not get a second sandbox; neither does one of which everything is done.
  if (hasRun && newest && !wantsAnotherRun(pod, runtime)) return { kind: 'stop' };
  return { kind: 'newSandbox', attempt: newest ? newest.attempt + 1 : 0, leftovers: runtime.sandboxes };
}

function wantsAnotherRun(pod: Pod, runtime: RuntimePod): boolean {
  const hasInit = initContainersOf(pod).every((container) => {
    const last = latestContainer(runtime, container.name);
    return isSidecar(container) || (last?.state === 'exited' && last.exitCode === 0);
  });
  const failedInit = initContainersOf(pod).some((container) => {
    const last = latestContainer(runtime, container.name);
    return last?.state === 'exited' && last.exitCode !== 0 && !initRestartsAfter(pod, container, last.exitCode);
  });
  if (failedInit) return false;
  return containersOf(pod).some((container) => {
    const last = latestContainer(runtime, container.name);
    if (!last) return pod.spec?.restartPolicy !== 'Never' || !hasInit;
    // What ran when its sandbox went away has failed.
    return restartsAfter(pod, container, last.state === 'exited' ? last.exitCode : 137);
  });
}

function startStep(runtime: RuntimePod, container: Container): StartStep {
  const previous = latestContainer(runtime, container.name);
  // One that was made and never started is made anew under the same number.
  const restartCount = !previous ? 0 : previous.state === 'created' ? previous.restartCount : previous.restartCount + 1;
  return { container, restartCount, ...(previous?.state === 'exited' ? { previous } : {}), ...(previous?.state === 'created' ? { replaces: previous } : {}) };
}

/** Amounts of a running container that are not as they shall be. */
const unfit = ({ resourcesOf }: PlanInput, container: Container, running: RuntimeContainer): ('cpu' | 'memory')[] =>
  running.state === 'running' && running.resources ? differing(running.resources, resourcesOf(container)) : [];

function needsRestart(input: PlanInput, container: Container, running: RuntimeContainer): boolean {
  if (input.mustRestart(running.id)) return true;
  const restarting = (container.resizePolicy ?? []).filter(({ restartPolicy }) => restartPolicy === 'RestartContainer').map(({ resourceName }) => resourceName);
  return unfit(input, container, running).some((name) => restarting.includes(name));
}

/** Kills what must not go on, else gives it the amounts that it shall have. True when it is killed. */
function planRunning(input: PlanInput, container: Container, running: RuntimeContainer, plan: ContainerPlan): boolean {
  const kill = planKill(input, container, running);
  if (kill) plan.kill.push(kill);
  else if (unfit(input, container, running).length > 0) plan.resize.push({ container, running });
  return kill !== undefined;
}

/** Kills a running container that must not go on; says whether there is anything against it. */
function planKill(input: PlanInput, container: Container, running: RuntimeContainer): KillStep | undefined {
  const { probes, hashOf } = input;
  if (running.hash !== hashOf(container)) {
    return { container: running, reason: 'changed', message: `Container ${container.name} definition changed, will be restarted` };
  }
  if (needsRestart(input, container, running)) return { container: running, reason: 'resize', message: `Container ${container.name} resize requires restart` };
  const failed = probes.failed(running.id);
  return failed && { container: running, reason: failed, message: `Container ${container.name} failed ${failed} probe, will be restarted` };
}

/** Each once, whatever becomes of it, and whether or not the pod is initialised (KEP-277). */
function planEphemeralContainers({ pod, runtime }: PlanInput, plan: ContainerPlan): void {
  for (const container of ephemeralContainersOf(pod)) {
    const known = latestContainer(runtime, container.name);
    if (!known || known.state === 'created') plan.start.push(startStep(runtime, container));
  }
}

/** True when the regular containers may run. */
function planInitContainers(input: PlanInput, sandbox: RuntimeSandbox, plan: ContainerPlan): boolean {
  const { pod, runtime } = input;
  const isPast = containersOf(pod).some(({ name }) => {
    const container = latestContainer(runtime, name, sandbox.id);
    return container !== undefined && container.state !== 'created';
  });
  for (const container of initContainersOf(pod)) {
    if (isSidecar(container)) {
      if (!planSidecar(input, container, sandbox, plan) && !isPast) return false;
    } else if (!isPast && !planInitStep(input, container, sandbox, plan)) return false;
  }
  return true;
}

/** True when the next one in the row may start. */
function planSidecar(input: PlanInput, container: Container, sandbox: RuntimeSandbox, plan: ContainerPlan): boolean {
  const current = latestContainer(input.runtime, container.name, sandbox.id);
  if (!current || !isAlive(current)) {
    plan.start.push(startStep(input.runtime, container));
    return false;
  }
  return !planRunning(input, container, current, plan) && input.probes.started(current.id);
}

function planInitStep({ pod, runtime }: PlanInput, container: Container, sandbox: RuntimeSandbox, plan: ContainerPlan): boolean {
  const current = latestContainer(runtime, container.name, sandbox.id);
  if (current && isAlive(current)) return false;
  if (!current || current.state === 'created') {
    plan.start.push(startStep(runtime, container));
    return false;
  }
  if (current.exitCode === 0) return true;
  if (initRestartsAfter(pod, container, current.exitCode)) plan.start.push(startStep(runtime, container));
  return false;
}

function planContainers(input: PlanInput, sandbox: RuntimeSandbox, plan: ContainerPlan): void {
  const { pod, runtime } = input;
  for (const container of containersOf(pod)) {
    const current = latestContainer(runtime, container.name, sandbox.id);
    if (!current) {
      const before = latestContainer(runtime, container.name);
      // In a new sandbox only what would have been started again anyway.
      if (!before || before.state !== 'exited' || restartsAfter(pod, container, before.exitCode)) plan.start.push(startStep(runtime, container));
    } else if (isAlive(current)) {
      planRunning(input, container, current, plan);
    } else if (current.state === 'created' || restartsAfter(pod, container, current.exitCode)) {
      plan.start.push(startStep(runtime, container));
    }
  }
}

/** True when no regular container runs or will, or initialisation has failed for good. */
function isOver(input: PlanInput, sandbox: RuntimeSandbox, plan: ContainerPlan, initialised: boolean): boolean {
  const { pod, runtime } = input;
  const starts = new Set(plan.start.map(({ container }) => container.name));
  if (!initialised) {
    return initContainersOf(pod).some((container) => {
      const current = latestContainer(runtime, container.name, sandbox.id);
      return current?.state === 'exited' && current.exitCode !== 0 && !initRestartsAfter(pod, container, current.exitCode);
    });
  }
  return containersOf(pod).every(({ name }) => {
    const current = latestContainer(runtime, name, sandbox.id);
    return !starts.has(name) && !(current && isAlive(current));
  });
}
