import type { Container, ContainerState, ContainerStatus, Pod, PodCondition } from '@typernetes/api';
import { formatTime } from '@typernetes/machinery';
import type { RuntimeContainer, RuntimePod } from '../runtime/runtime-pod';
import { isAlive } from '../runtime/runtime-pod';
import { containersOf, ephemeralContainersOf, initContainersOf, isSidecar } from './pod-kind';
import type { KernelResources } from './resize/actual-resources';
import { actualResources } from './resize/actual-resources';
import { initRestartsAfter, restartsAfter } from './restart';

export interface Waiting {
  reason: string;
  message?: string;
}

/** Why the kubelet ends a pod. */
export interface Failure {
  reason: string;
  message: string;
  /** The node has not taken the pod at all. */
  isRefused?: boolean;
  /** The node ends the pod: it gets no time, and others are told that it was a disruption. */
  isEviction?: boolean;
  /** It was none: the pod had taken more than it may. */
  isOwnFault?: boolean;
}

export interface StatusInput {
  pod: Pod;
  runtime: RuntimePod;
  /** By container name: why it does not start. */
  waiting: ReadonlyMap<string, Waiting>;
  probes: {
    ready(containerId: string): boolean;
    started(containerId: string): boolean;
  };
  /** `docker`: the prefix of container IDs. */
  runtimeName: string;
  nodeIPs: string[];
  nowMs: number;
  /** What the kernel shall enforce. */
  resourcesOf(container: Container): KernelResources;
  /** Of a resize that goes on. */
  resizeConditions?: readonly Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>[];
  /** The kubelet has decided to end the pod: deadline, rejection. */
  failure?: Failure;
  /** The pod is being ended: nothing will start again. */
  isStopping: boolean;
}

const optionalTime = (ms: number): string | undefined => (ms > 0 ? formatTime(ms) : undefined);

export function terminatedState(container: RuntimeContainer, runtimeName: string): ContainerState {
  return {
    terminated: {
      exitCode: container.exitCode,
      reason: container.reason || (container.exitCode === 0 ? 'Completed' : 'Error'),
      ...(container.message ? { message: container.message } : {}),
      startedAt: optionalTime(container.startedAtMs),
      finishedAt: optionalTime(container.finishedAtMs),
      containerID: `${runtimeName}://${container.id}`,
    },
  };
}

/** What a sandbox that went away took with it. */
const lostState = (container: RuntimeContainer, runtimeName: string): ContainerState => ({
  terminated: {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    containerID: `${runtimeName}://${container.id}`,
  },
});

function stateOf(container: RuntimeContainer, runtimeName: string): ContainerState {
  if (container.state === 'exited') return terminatedState(container, runtimeName);
  if (container.state === 'running') return { running: { startedAt: optionalTime(container.startedAtMs) } };
  return container.state === 'created' ? { waiting: { reason: 'ContainerCreating' } } : lostState(container, runtimeName);
}

/** Statuses of one list of containers, in the order of the spec. */
export function containerStatuses(input: StatusInput, list: Container[]): ContainerStatus[] {
  return list.map((container) => containerStatus(input, container));
}

function containerStatus(input: StatusInput, container: Container): ContainerStatus {
  const { pod, runtime, runtimeName, probes } = input;
  const runs = runtime.containers.filter(({ name }) => name === container.name);
  const [current, previous] = runs;
  const before = input.pod.status && statusBefore(input.pod, container.name);
  if (!current) return neverStarted(input, container, before);
  const state = stateOf(current, runtimeName);
  const isInit = initContainersOf(pod).includes(container);
  const isEphemeral = ephemeralContainersOf(pod).includes(container);
  const restarts = current.state === 'exited' && !input.isStopping && !input.failure && !isEphemeral &&
    (isInit ? initRestartsAfter(pod, container, current.exitCode) : restartsAfter(pod, container, current.exitCode));
  const waiting = restarts ? input.waiting.get(container.name) : undefined;
  const started = isAlive(current) && probes.started(current.id);
  const last = previous?.state === 'exited' ? terminatedState(previous, runtimeName) : undefined;
  const ready = isInit && !isSidecar(container)
    ? current.state === 'exited' && current.exitCode === 0
    : !isEphemeral && current.state === 'running' && started && probes.ready(current.id);
  return {
    name: container.name,
    state: waiting ? { waiting: { ...waiting } } : state,
    lastState: waiting ? state : (last ?? before?.lastState ?? {}),
    ready,
    restartCount: current.restartCount,
    image: current.image || container.image || '',
    imageID: imageIdOf(current, runtimeName),
    containerID: `${runtimeName}://${current.id}`,
    started,
    ...resourceFields(container, current, input),
  };
}

function imageIdOf({ imageRef, imageId }: RuntimeContainer, runtimeName: string): string {
  const id = imageRef || imageId;
  return runtimeName === 'docker' && id.startsWith('sha256:') ? `docker://${id}` : id;
}

const statusBefore = ({ status }: Pod, name: string): ContainerStatus | undefined =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])].find((one) => one.name === name);

function neverStarted(input: StatusInput, container: Container, before: ContainerStatus | undefined): ContainerStatus {
  const { pod, waiting } = input;
  // Its containers have been removed already: what was said about the end stays said.
  if (before?.state?.terminated) return before;
  const lost = before?.state?.running && (input.isStopping || input.failure);
  const hasInit = initContainersOf(pod).length > 0;
  const reason = hasInit && containersOf(pod).includes(container) ? 'PodInitializing' : hasInit ? 'PodInitializing' : 'ContainerCreating';
  const state: ContainerState = lost
    ? { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated', containerID: before.containerID } }
    : { waiting: { ...(waiting.get(container.name) ?? { reason }) } };
  return {
    name: container.name,
    state,
    lastState: before?.lastState ?? {},
    ready: false,
    restartCount: before?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: lost ? before.imageID : '',
    started: false,
    ...resourceFields(container),
  };
}

/** `current`: its run, if there is one; what that has may lag behind what it was promised. */
function resourceFields(container: Container, current?: RuntimeContainer, input?: StatusInput): Partial<ContainerStatus> {
  const { requests, limits } = container.resources ?? {};
  if (!requests && !limits) return { resources: {} };
  const wanted = input?.resourcesOf(container);
  const actual = current?.state === 'running' ? current.resources : undefined;
  const resources = wanted ? actualResources(container, actual, wanted) : { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
  return { ...(requests ? { allocatedResources: requests } : {}), resources };
}
