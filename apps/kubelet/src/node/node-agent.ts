import type { ContainerImage, Node, NodeStatus } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { hasReason, isConditionTrue } from '@typernetes/machinery';
import { cri as proto } from '@typernetes/proto';
import type { KubeletConfig } from '../config';
import { nodeStatusImagesMax, nodeStatusMs, nodeStatusReportMs, runtimeDownMs } from '../limits';
import type { NodeView } from '../pod/pod-context';
import type { CriClient } from '../runtime/cri-client';
import { imageMethods, runtimeMethods } from '../runtime/cri-client';
import type { Machine } from './machine';
import type { NodeFacts } from './node-object';
import { allocatableOf, newNode, nodeLabelsOf, nodeStatus } from './node-object';
import type { Pressure } from './pressure';

/** Reasons of events by condition: when it begins, and when it ends. */
const pressureEvents: Readonly<Record<string, readonly [string, string]>> = {
  MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'],
};

/** While the node is not ready it looks more often whether it is. */
const notReadyMs = 500;

export interface NodeAgentDependencies {
  config: KubeletConfig;
  machine: Machine;
  nodeIPs: string[];
  client: ApiClient;
  cri: CriClient;
  clock: Clock;
  logger: Logger;
  readPressure(): Promise<Pressure>;
  /** An event about the node. */
  report(node: Node, reason: string, message: string): void;
  /** The pod network has become ready. */
  becameReady(): void;
}

/** Keeps the Node object true: registers it, reports its status, and tells the runtime the pod CIDR. */
export class NodeAgent implements NodeView {
  readonly name: string;
  readonly ips: string[];
  readonly allocatable: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  private runtimeProblem: string | undefined = 'container runtime status check may not have completed yet';
  private saidReady: boolean | undefined;
  private readonly saidPressure = new Map<string, string>();
  private runtimeOkAtMs: number | undefined;
  private networkNotReady: string | undefined = 'container runtime network not ready';
  private runtimeInfo = { name: 'docker', version: 'docker://Unknown' };
  private runtimeHandlers: string[] = [];
  private node: Node | undefined;
  private lastReport: { text: string; atMs: number } | undefined;
  private tellCidr: string | undefined;
  private toldCidr: string | undefined;
  private wake: () => void = () => {};

  constructor(private readonly dependencies: NodeAgentDependencies) {
    const { config, machine, nodeIPs } = dependencies;
    this.name = config.nodeName;
    this.ips = nodeIPs;
    this.allocatable = allocatableOf(machine, config.maxPods, config.systemReserved);
    this.memoryBytes = machine.memoryBytes;
  }

  get runtimeName(): string {
    return this.runtimeInfo.name;
  }

  networkProblem(): string | undefined {
    return this.runtimeProblem ?? this.networkNotReady;
  }

  get object(): Node | undefined {
    return this.node;
  }

  /** Its status is to be looked at now. */
  hurry(): void {
    this.wake();
  }

  /** The API's Node has changed. */
  observed(node: Node): void {
    this.node = node;
    this.tellCidr = node.spec?.podCIDR;
    if (this.tellCidr !== this.toldCidr) this.wake();
  }

  /** The Node was deleted: it is registered anew. */
  forgotten(): void {
    this.node = undefined;
    this.lastReport = undefined;
    this.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.dependencies;
    signal.addEventListener('abort', () => this.wake(), { once: true });
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await this.lookAtRuntime();
      try {
        await this.report();
      } catch (error) {
        logger.warn({ error }, 'Unable to update the node status');
      }
      const pauseMs = this.networkProblem() ? notReadyMs : nodeStatusMs;
      const cancel = new AbortController();
      await Promise.race([woken, clock.sleep(pauseMs, cancel.signal).catch(() => undefined)]);
      cancel.abort();
    }
  }

  private async lookAtRuntime(): Promise<void> {
    const { cri, logger, becameReady } = this.dependencies;
    const before = this.networkProblem();
    try {
      if (this.tellCidr && this.tellCidr !== this.toldCidr) {
        await cri.call(runtimeMethods.updateRuntimeConfig, { runtimeConfig: { networkConfig: { podCidr: this.tellCidr } } });
        this.toldCidr = this.tellCidr;
        logger.info({ podCIDR: this.tellCidr }, 'Updating Pod CIDR');
      }
      const { runtimeName, runtimeVersion } = await cri.call(runtimeMethods.version, { version: '' });
      this.runtimeInfo = { name: runtimeName, version: `${runtimeName}://${runtimeVersion}` };
      const { status, runtimeHandlers } = await cri.call(runtimeMethods.status, { verbose: false });
      this.runtimeHandlers = runtimeHandlers.map(({ name }) => name);
      const problemOf = (type: string): string | undefined => {
        const found = status?.conditions.find((condition) => condition.type === type);
        return found?.status ? undefined : `${type}=false reason:${found?.reason ?? ''} message:${found?.message ?? ''}`;
      };
      const runtime = problemOf('RuntimeReady');
      const network = problemOf('NetworkReady');
      this.sawRuntime(runtime && `container runtime not ready: ${runtime}`);
      this.networkNotReady = network && `container runtime network not ready: ${network}`;
    } catch (error) {
      logger.debug({ error }, 'the runtime does not answer');
      // It may have lost what it was told.
      this.toldCidr = undefined;
      this.sawRuntime('container runtime is down');
    }
    if (before && !this.networkProblem()) becameReady();
  }

  /** A restart of the runtime must not make the node NotReady, which would take its pods out of Services. */
  private sawRuntime(problem: string | undefined): void {
    const nowMs = this.dependencies.clock.monotonic();
    if (!problem) this.runtimeOkAtMs = nowMs;
    else if (this.runtimeOkAtMs !== undefined && nowMs - this.runtimeOkAtMs < runtimeDownMs) return;
    this.runtimeProblem = problem;
  }

  private async report(): Promise<void> {
    const facts = await this.facts();
    const { client, clock, logger } = this.dependencies;
    const nodes = client.resource(resources.nodes);
    if (!this.node) {
      this.node = await this.register(facts);
      this.tellCidr = this.node.spec?.podCIDR;
      logger.info({ node: this.name }, 'Successfully registered node');
      this.dependencies.report(this.node, 'Starting', 'Starting kubelet.');
    }
    const status = nodeStatus(facts, this.node.status);
    const text = JSON.stringify({ ...status, conditions: status.conditions?.map(({ lastHeartbeatTime: _time, ...rest }) => rest) });
    const isRecent = this.lastReport && clock.monotonic() - this.lastReport.atMs < nodeStatusReportMs;
    if (isRecent && this.lastReport?.text === text) return;
    this.reportReadiness(this.node, status);
    this.reportPressure(this.node, status);
    const addresses = [...(status.addresses ?? []), { $patch: 'replace' }];
    try {
      this.node = await nodes.patch(this.name, { status: { ...status, addresses } }, { subresource: 'status', type: 'application/strategic-merge-patch+json' });
    } catch (error) {
      if (hasReason(error, 'NotFound')) this.node = undefined;
      throw error;
    }
    this.lastReport = { text: JSON.stringify({ ...status, conditions: status.conditions?.map(({ lastHeartbeatTime: _time, ...rest }) => rest) }), atMs: clock.monotonic() };
  }

  /** Says when the node becomes ready, and when it ceases to be. */
  private reportReadiness(node: Node, { conditions }: NodeStatus): void {
    const isReady = isConditionTrue(conditions, 'Ready');
    if (this.saidReady === isReady) return;
    if (isReady !== isConditionTrue(node.status?.conditions, 'Ready') || this.saidReady !== undefined) {
      const reason = isReady ? 'NodeReady' : 'NodeNotReady';
      this.dependencies.report(node, reason, `Node ${this.name} status is now: ${reason}`);
    }
    this.saidReady = isReady;
  }

  /** Says what the node is short of, and when that is over. */
  private reportPressure(node: Node, { conditions = [] }: NodeStatus): void {
    for (const { type, status } of conditions) {
      const reasons = pressureEvents[type];
      if (!reasons || this.saidPressure.get(type) === status) continue;
      this.saidPressure.set(type, status);
      const reason = reasons[status === 'True' ? 0 : 1];
      this.dependencies.report(node, reason, `Node ${this.name} status is now: ${reason}`);
    }
  }

  private async register(facts: NodeFacts): Promise<Node> {
    const nodes = this.dependencies.client.resource(resources.nodes);
    try {
      return await nodes.create(newNode(facts));
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
    }
    const found = await nodes.get(this.name);
    const labels = nodeLabelsOf(facts);
    if (Object.entries(labels).every(([key, value]) => found.metadata?.labels?.[key] === value)) return found;
    return nodes.patch(this.name, { metadata: { labels } }, { type: 'application/strategic-merge-patch+json' });
  }

  private async facts(): Promise<NodeFacts> {
    const { config, machine, nodeIPs, clock } = this.dependencies;
    const problems = [this.runtimeProblem, this.networkNotReady].filter((problem) => problem !== undefined);
    const pressure = await this.dependencies.readPressure();
    return { config, machine, nodeIPs, images: await this.images(), runtimeVersion: this.runtimeInfo.version, runtimeHandlers: this.runtimeHandlers, problems, pressure, nowMs: clock.now() };
  }

  private async images(): Promise<ContainerImage[]> {
    const answer = await this.dependencies.cri.call(imageMethods.listImages, proto.ListImagesRequest.create()).catch(() => undefined);
    if (!answer) return this.node?.status?.images ?? [];
    return answer.images
      .map(({ repoTags, repoDigests, size }) => ({ names: [...repoDigests, ...repoTags].slice(0, 5), sizeBytes: Number(size) }))
      .filter(({ names }) => names.length > 0)
      .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.names[0] ?? '').localeCompare(b.names[0] ?? ''))
      .slice(0, nodeStatusImagesMax);
  }
}
