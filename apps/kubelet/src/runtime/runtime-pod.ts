import { cri } from '@typernetes/proto';
import type { KernelResources } from '../pod/resize/actual-resources';
import { kernelResources } from '../pod/resize/actual-resources';
import { annotations, labels } from './labels';

export interface RuntimeSandbox {
  id: string;
  attempt: number;
  ready: boolean;
  createdAtMs: number;
  /** Empty on the host's network. */
  ips: string[];
}

export type RuntimeContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface RuntimeContainer {
  id: string;
  name: string;
  sandboxId: string;
  restartCount: number;
  /** Of the container's spec at the time of its creation. */
  hash: string;
  state: RuntimeContainerState;
  createdAtMs: number;
  /** 0: has not happened. */
  startedAtMs: number;
  finishedAtMs: number;
  exitCode: number;
  reason: string;
  message: string;
  image: string;
  imageRef: string;
  imageId: string;
  logPath: string;
  /** What the kernel enforces now; undefined when the runtime does not tell. */
  resources?: KernelResources;
}

/** What the runtime knows of one pod; newest first in both lists. */
export interface RuntimePod {
  uid: string;
  name: string;
  namespace: string;
  sandboxes: RuntimeSandbox[];
  containers: RuntimeContainer[];
}

const states: Record<number, RuntimeContainerState> = {
  [cri.ContainerState.CONTAINER_CREATED]: 'created',
  [cri.ContainerState.CONTAINER_RUNNING]: 'running',
  [cri.ContainerState.CONTAINER_EXITED]: 'exited',
};

export const stateName = (state: cri.ContainerState): RuntimeContainerState => states[state] ?? 'unknown';

const msOf = (nanos: bigint): number => Number(nanos / 1_000n) / 1_000;

export function sandboxOf(status: cri.PodSandboxStatus): RuntimeSandbox {
  const ips = status.network ? [status.network.ip, ...status.network.additionalIps.map(({ ip }) => ip)] : [];
  return {
    id: status.id,
    attempt: status.metadata?.attempt ?? 0,
    ready: status.state === cri.PodSandboxState.SANDBOX_READY,
    createdAtMs: msOf(status.createdAt),
    ips: ips.filter(Boolean),
  };
}

/** `message`: the termination message, for ended containers. */
export function containerOf(status: cri.ContainerStatus, sandboxId: string, message = status.message): RuntimeContainer {
  return {
    id: status.id,
    name: status.labels[labels.containerName] ?? status.metadata?.name ?? '',
    sandboxId,
    restartCount: Number(status.annotations[annotations.restartCount] ?? status.metadata?.attempt ?? 0),
    hash: status.annotations[annotations.hash] ?? '',
    state: stateName(status.state),
    createdAtMs: msOf(status.createdAt),
    startedAtMs: msOf(status.startedAt),
    finishedAtMs: msOf(status.finishedAt),
    exitCode: status.exitCode,
    reason: status.reason,
    message,
    image: status.image?.image ?? '',
    imageRef: status.imageRef,
    imageId: status.imageId,
    logPath: status.logPath,
    ...(status.resources?.linux ? { resources: kernelResources(status.resources.linux) } : {}),
  };
}

/** The newest container of a name, in one sandbox or in any. */
export function latestContainer(pod: RuntimePod, name: string, sandboxId?: string): RuntimeContainer | undefined {
  return pod.containers.find((container) => container.name === name && (sandboxId === undefined || container.sandboxId === sandboxId));
}

export const isAlive = ({ state }: RuntimeContainer): boolean => state === 'running' || state === 'unknown';
