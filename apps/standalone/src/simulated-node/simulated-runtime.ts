import { status as grpcStatus } from '@grpc/grpc-js';
import type { CriCallOptions, CriClient, CriEvents, CriMethod } from '@typernetes/app-kubelet';
import { randomSuffix, type Clock, type Random } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { behaviourOf, type Behaviour } from './behaviour';
import { EventSource } from './event-stream';
import { answerTo } from './exec-answers';
import { appendLog } from './log-file';
import { PodAddresses } from './pod-addresses';
import { annotationSettings, firstOf } from './settings';
import type { Sandbox, SimulatedContainer } from './simulated-pod';
import { containerItem, containerStatus, imageOf, logFileOf, nanosOf, sandboxItem, sandboxStatus } from './simulated-pod';
import { sandboxStats } from './simulated-stats';
import type { Simulation } from './simulation';

const runtimeMethods = cri.RuntimeServiceService;
const imageMethods = cri.ImageServiceService;
const { CONTAINER_CREATED, CONTAINER_RUNNING, CONTAINER_EXITED } = cri.ContainerState;
const { CONTAINER_CREATED_EVENT, CONTAINER_STARTED_EVENT, CONTAINER_STOPPED_EVENT, CONTAINER_DELETED_EVENT } = cri.ContainerEventType;

/** 128 and SIGKILL, SIGTERM. */
const killedExitCode = 137;
const terminatedExitCode = 143;

export interface SimulatedRuntimeDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Gives the URL where one command of a container is played. */
  readonly playCommand: (container: SimulatedContainer, words: readonly string[]) => string;
  readonly simulation: Simulation;
}

/** An error as a runtime's door gives it. */
function failure(code: grpcStatus, message: string): Error {
  return Object.assign(new Error(message), { code });
}

type Handler = (request: never, options: CriCallOptions) => unknown;

const matches = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/**
 * A container runtime that only pretends: sandboxes and containers are entries of two maps, and containers behave as
 * annotations of their pod or the simulation say (behaviour.ts). It keeps CRI's rules, so the kubelet above it is the real one.
 */
export class SimulatedRuntime implements CriClient {
  private readonly sandboxes = new Map<string, Sandbox>();
  private readonly containers = new Map<string, SimulatedContainer>();
  private readonly source = new EventSource();
  private readonly handlers = new Map<string, Handler>();
  private addresses: PodAddresses | undefined;

  constructor(private readonly dependencies: SimulatedRuntimeDependencies) {
    this.handlePods();
    this.handleContainers();
    this.handleCommands();
    this.handleTheRest();
  }

  async call<Request, Response>({ path }: CriMethod<Request, Response>, request: Request, options: CriCallOptions = {}): Promise<Response> {
    const handler = this.handlers.get(path);
    if (!handler) throw failure(grpcStatus.UNIMPLEMENTED, `a simulated node has no ${path}`);
    return (await handler(request as never, options)) as Response;
  }

  events(): CriEvents {
    return this.source.follow();
  }

  close(): void {
    for (const { cancelExit } of this.containers.values()) cancelExit?.();
  }

  /** The running container of this id. */
  running(id: string): SimulatedContainer | undefined {
    const container = this.containers.get(id);
    return container?.state === CONTAINER_RUNNING ? container : undefined;
  }

  private on<Request, Response>({ path }: CriMethod<Request, Response>, handler: (request: Request, options: CriCallOptions) => Response | Promise<Response>): void {
    this.handlers.set(path, handler as Handler);
  }

  private handlePods(): void {
    this.on(runtimeMethods.runPodSandbox, ({ config }) => ({ podSandboxId: this.runSandbox(config ?? cri.PodSandboxConfig.create()) }));
    this.on(runtimeMethods.stopPodSandbox, ({ podSandboxId }) => {
      const sandbox = this.sandboxes.get(podSandboxId);
      if (sandbox) this.stopSandbox(sandbox);
      return {};
    });
    this.on(runtimeMethods.removePodSandbox, ({ podSandboxId }) => {
      const sandbox = this.sandboxes.get(podSandboxId);
      if (sandbox) this.stopSandbox(sandbox);
      for (const container of this.containersOf(podSandboxId)) this.containers.delete(container.id);
      this.sandboxes.delete(podSandboxId);
      return {};
    });
    this.on(runtimeMethods.podSandboxStatus, ({ podSandboxId }) =>
      cri.PodSandboxStatusResponse.create({ status: sandboxStatus(this.sandbox(podSandboxId)) }),
    );
    this.on(runtimeMethods.listPodSandbox, ({ filter }) => ({
      items: [...this.sandboxes.values()].filter(({ id, config }) => (!filter?.id || filter.id === id) && matches(config.labels, filter?.labelSelector)).map(sandboxItem),
    }));
    this.on(runtimeMethods.listPodSandboxStats, () => ({
      stats: [...this.sandboxes.values()].filter(({ isReady }) => isReady).map((sandbox) => sandboxStats(sandbox, this.containersOf(sandbox.id), this.dependencies.clock.now())),
    }));
  }

  private handleContainers(): void {
    this.on(runtimeMethods.createContainer, ({ podSandboxId, config }) => ({ containerId: this.create(this.sandbox(podSandboxId), config ?? cri.ContainerConfig.create()) }));
    this.on(runtimeMethods.startContainer, async ({ containerId }) => {
      await this.start(this.container(containerId));
      return {};
    });
    this.on(runtimeMethods.stopContainer, ({ containerId, timeout }) => {
      const container = this.containers.get(containerId);
      if (container) this.end(container, timeout > 0n ? terminatedExitCode : killedExitCode);
      return {};
    });
    this.on(runtimeMethods.removeContainer, ({ containerId }) => {
      const container = this.containers.get(containerId);
      if (!container) return {};
      this.end(container, killedExitCode);
      this.containers.delete(containerId);
      this.tell(container, CONTAINER_DELETED_EVENT);
      return {};
    });
    this.on(runtimeMethods.containerStatus, ({ containerId }) => cri.ContainerStatusResponse.create({ status: containerStatus(this.container(containerId)) }));
    this.on(runtimeMethods.listContainers, ({ filter }) => ({
      containers: [...this.containers.values()]
        .filter(({ id, sandbox, config }) => (!filter?.id || filter.id === id) && (!filter?.podSandboxId || filter.podSandboxId === sandbox.id) && matches(config.labels, filter?.labelSelector))
        .map(containerItem),
    }));
    this.on(runtimeMethods.updateContainerResources, ({ containerId, linux }) => {
      this.container(containerId).resources = linux;
      return {};
    });
    this.on(runtimeMethods.reopenContainerLog, () => ({}));
  }

  private handleCommands(): void {
    this.on(runtimeMethods.execSync, ({ containerId, cmd }) => {
      const { behaviour, startedAtMs } = this.runningContainer(containerId);
      const isIll = behaviour.failAfterMs !== undefined && this.dependencies.clock.now() - startedAtMs >= behaviour.failAfterMs;
      const { output, exitCode } = answerTo(behaviour, cmd);
      return { stdout: Buffer.from(output), stderr: Buffer.alloc(0), exitCode: isIll ? 1 : exitCode };
    });
    const play = (containerId: string, words: readonly string[]): { url: string } => ({ url: this.dependencies.playCommand(this.runningContainer(containerId), words) });
    this.on(runtimeMethods.exec, ({ containerId, cmd }) => play(containerId, cmd));
    this.on(runtimeMethods.attach, ({ containerId }) => play(containerId, []));
    this.on(runtimeMethods.portForward, () => {
      throw failure(grpcStatus.UNIMPLEMENTED, 'nothing listens in a simulated pod');
    });
  }

  private handleTheRest(): void {
    this.on(runtimeMethods.version, () => ({ version: '0.1.0', runtimeName: 'simulated', runtimeVersion: '1.0.0', runtimeApiVersion: 'v1' }));
    this.on(runtimeMethods.status, () => {
      const network = this.addresses
        ? cri.RuntimeCondition.create({ type: 'NetworkReady', status: true })
        : cri.RuntimeCondition.create({ type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: 'the node has no pod range yet' });
      return cri.StatusResponse.create({ status: { conditions: [cri.RuntimeCondition.create({ type: 'RuntimeReady', status: true }), network] } });
    });
    this.on(runtimeMethods.updateRuntimeConfig, ({ runtimeConfig }) => {
      const cidr = runtimeConfig?.networkConfig?.podCidr.split(',')[0];
      if (cidr) this.addresses ??= new PodAddresses(cidr);
      return {};
    });
    this.on(imageMethods.imageStatus, ({ image }) => cri.ImageStatusResponse.create({ image: imageOf((image?.userSpecifiedImage || image?.image) ?? '') }));
    this.on(imageMethods.pullImage, ({ image }) => ({ imageRef: imageOf(image?.image ?? '').id }));
    this.on(imageMethods.listImages, () => ({ images: [] }));
    this.on(imageMethods.removeImage, () => ({}));
    this.on(imageMethods.imageFsInfo, () => ({ imageFilesystems: [], containerFilesystems: [] }));
  }

  private runSandbox(config: cri.PodSandboxConfig): string {
    const { clock } = this.dependencies;
    const onHost = config.linux?.securityContext?.namespaceOptions?.network === cri.NamespaceMode.NODE;
    if (!onHost && !this.addresses) throw failure(grpcStatus.UNAVAILABLE, 'the node has no pod range yet');
    const sandbox: Sandbox = { id: this.newId(), config, createdAtMs: clock.now(), ip: onHost ? '' : (this.addresses?.take() ?? ''), isReady: true };
    this.sandboxes.set(sandbox.id, sandbox);
    return sandbox.id;
  }

  private stopSandbox(sandbox: Sandbox): void {
    for (const container of this.containersOf(sandbox.id)) this.end(container, killedExitCode);
    if (!sandbox.isReady) return;
    sandbox.isReady = false;
    if (sandbox.ip) this.addresses?.free(sandbox.ip);
  }

  private create(sandbox: Sandbox, config: cri.ContainerConfig): string {
    const container: SimulatedContainer = {
      id: this.newId(),
      sandbox,
      config,
      behaviour: this.behaviourOf(sandbox, config),
      createdAtMs: this.dependencies.clock.now(),
      state: CONTAINER_CREATED,
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      resources: config.linux?.resources,
    };
    this.containers.set(container.id, container);
    this.tell(container, CONTAINER_CREATED_EVENT);
    return container.id;
  }

  /** Annotations of the pod come before the simulation's rules. */
  private behaviourOf({ config: { annotations, labels, metadata: pod } }: Sandbox, { metadata }: cri.ContainerConfig): Behaviour {
    const container = metadata?.name ?? '';
    const rules = this.dependencies.simulation.settingsFor({ namespace: pod?.namespace ?? '', labels, container });
    return behaviourOf(firstOf([annotationSettings(annotations, container), rules]), metadata?.attempt ?? 0);
  }

  private async start(container: SimulatedContainer): Promise<void> {
    const { clock } = this.dependencies;
    const { behaviour } = container;
    if (container.state !== CONTAINER_CREATED) throw failure(grpcStatus.FAILED_PRECONDITION, `container ${container.id} is not in created state`);
    if (behaviour.startDelayMs > 0) await clock.sleep(behaviour.startDelayMs);
    container.startedAtMs = clock.now();
    await appendLog(logFileOf(container), behaviour.logs, container.startedAtMs);
    container.state = CONTAINER_RUNNING;
    if (behaviour.runForMs !== undefined) container.cancelExit = clock.after(behaviour.runForMs, () => this.end(container, behaviour.exitCode));
    this.tell(container, CONTAINER_STARTED_EVENT);
  }

  private end(container: SimulatedContainer, exitCode: number): void {
    if (container.state === CONTAINER_EXITED) return;
    container.cancelExit?.();
    container.state = CONTAINER_EXITED;
    container.finishedAtMs = this.dependencies.clock.now();
    container.exitCode = exitCode;
    this.tell(container, CONTAINER_STOPPED_EVENT);
  }

  private tell(container: SimulatedContainer, containerEventType: cri.ContainerEventType): void {
    const createdAt = nanosOf(this.dependencies.clock.now());
    this.source.emit({ containerId: container.id, containerEventType, createdAt, podSandboxStatus: sandboxStatus(container.sandbox), containersStatuses: [] });
  }

  private containersOf(sandboxId: string): SimulatedContainer[] {
    return [...this.containers.values()].filter(({ sandbox }) => sandbox.id === sandboxId);
  }

  private sandbox(id: string): Sandbox {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) throw failure(grpcStatus.NOT_FOUND, `sandbox ${id} not found`);
    return sandbox;
  }

  private container(id: string): SimulatedContainer {
    const container = this.containers.get(id);
    if (!container) throw failure(grpcStatus.NOT_FOUND, `container ${id} not found`);
    return container;
  }

  private runningContainer(id: string): SimulatedContainer {
    const container = this.container(id);
    if (container.state !== CONTAINER_RUNNING) throw failure(grpcStatus.FAILED_PRECONDITION, `container ${id} is not running`);
    return container;
  }

  private newId(): string {
    return `${randomSuffix(this.dependencies.random, 24)}`;
  }
}
