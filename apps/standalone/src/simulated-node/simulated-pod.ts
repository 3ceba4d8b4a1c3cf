import type { Cancel } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import type { Behaviour } from './behaviour';

/** Milliseconds as CRI has them. */
export const nanosOf = (ms: number): bigint => BigInt(Math.round(ms * 1_000)) * 1_000n;

export interface Sandbox {
  readonly id: string;
  readonly config: cri.PodSandboxConfig;
  readonly createdAtMs: number;
  /** Empty on the host's network. */
  readonly ip: string;
  isReady: boolean;
}

export interface SimulatedContainer {
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly config: cri.ContainerConfig;
  readonly behaviour: Behaviour;
  readonly createdAtMs: number;
  state: cri.ContainerState;
  /** 0: not yet. */
  startedAtMs: number;
  finishedAtMs: number;
  exitCode: number;
  resources: cri.LinuxContainerResources | undefined;
  /** Ends the wait for its own end. */
  cancelExit?: Cancel;
}

export const logFileOf = ({ sandbox, config }: SimulatedContainer): string => `${sandbox.config.logDirectory}/${config.logPath}`;

const imageIdOf = (image: string): string => `simulated://${image}`;

/** Every image is there: a simulated node has no registry to ask. */
export const imageOf = (image: string): cri.Image => cri.Image.create({ id: imageIdOf(image), repoTags: [image], size: 1n << 20n });

export function sandboxItem({ id, config, createdAtMs, isReady }: Sandbox): cri.PodSandbox {
  const { SANDBOX_READY, SANDBOX_NOTREADY } = cri.PodSandboxState;
  return cri.PodSandbox.create({
    id,
    metadata: config.metadata,
    state: isReady ? SANDBOX_READY : SANDBOX_NOTREADY,
    createdAt: nanosOf(createdAtMs),
    labels: config.labels,
    annotations: config.annotations,
  });
}

export function sandboxStatus(sandbox: Sandbox): cri.PodSandboxStatus {
  return cri.PodSandboxStatus.create({ ...sandboxItem(sandbox), network: { ip: sandbox.ip, additionalIps: [] } });
}

export function containerItem({ id, sandbox, config, state, createdAtMs }: SimulatedContainer): cri.Container {
  const image = config.image?.userSpecifiedImage ?? '';
  return cri.Container.create({
    id,
    podSandboxId: sandbox.id,
    metadata: config.metadata,
    image: config.image,
    imageRef: imageIdOf(image),
    imageId: imageIdOf(image),
    state,
    createdAt: nanosOf(createdAtMs),
    labels: config.labels,
    annotations: config.annotations,
  });
}

export function containerStatus(container: SimulatedContainer): cri.ContainerStatus {
  const { id, config, state, exitCode, resources } = container;
  const image = config.image?.userSpecifiedImage ?? '';
  const isEnded = state === cri.ContainerState.CONTAINER_EXITED;
  return cri.ContainerStatus.create({
    id,
    metadata: config.metadata,
    state,
    createdAt: nanosOf(container.createdAtMs),
    startedAt: nanosOf(container.startedAtMs),
    finishedAt: nanosOf(container.finishedAtMs),
    exitCode,
    reason: isEnded ? (exitCode === 0 ? 'Completed' : 'Error') : '',
    image: { image },
    imageRef: imageIdOf(image),
    imageId: imageIdOf(image),
    labels: config.labels,
    annotations: config.annotations,
    mounts: config.mounts,
    logPath: logFileOf(container),
    resources: cri.ContainerResources.create({ linux: resources }),
    stopSignal: config.stopSignal,
  });
}
