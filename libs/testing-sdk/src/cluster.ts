import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { configDefaults, loadSimulation, startStandalone, type RunningStandalone } from '@typernetes/app-standalone';
import { createLogger, silentLogger } from '@typernetes/component';
import { systemClock } from '@typernetes/machinery';
import { certificatesDirectory } from './certificates';
import { ClusterObjects } from './cluster-objects';
import { durationMs, FaultInjector } from './fault-injector';
import { loadManifests } from './manifests';
import { RequestLog } from './request-log';
import { restoreSnapshot, StoreSnapshot, takeSnapshot } from './snapshots';
import { Traffic } from './traffic';
import type { ApiObject, ClusterClock, Duration, ObjectReference, Snapshot, StartOptions, TestCluster, WaitCondition } from './types';
import { VirtualClock } from './virtual-clock';
import { waitFor } from './wait-for';

const administrator = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** What answers to the old state may still arrive after a reset is taken away in so many rounds at most. */
const resetRoundsMax = 5;

/** The process of a whole cluster, with the handles that tests need. */
export class Cluster implements TestCluster {
  readonly faults: FaultInjector;
  readonly requests = new RequestLog();
  readonly objects: ClusterObjects;
  readonly clock: ClusterClock;
  private start: StoreSnapshot | undefined;

  private constructor(
    private readonly standalone: RunningStandalone,
    private readonly parts: { readonly virtual: VirtualClock; readonly traffic: Traffic; readonly faults: FaultInjector; readonly requests: RequestLog; readonly directory: string },
  ) {
    this.faults = parts.faults;
    this.requests = parts.requests;
    this.objects = new ClusterObjects(standalone.clientFor(administrator), () => standalone.registry());
    const { virtual } = parts;
    this.clock = { now: () => virtual.now(), advance: (by: Duration) => virtual.advance(durationMs(by)) };
  }

  static async start(options: StartOptions): Promise<Cluster> {
    const requests = new RequestLog();
    const running: { standalone?: RunningStandalone } = {};
    const traffic: Traffic = new Traffic(
      (intercepted) => faults.gate(intercepted),
      (intercepted, outcome) => requests.add(intercepted, { at: virtual.now(), ...outcome }),
    );
    const faults = new FaultInjector(systemClock, () => traffic, {
      restartApiserver: async () => running.standalone?.restartApiserver(),
      failNode: (name) => running.standalone?.failNode(name) ?? (() => undefined),
    });
    const virtual = new VirtualClock(() => traffic.settle());
    const { log } = options;
    const simulation = options.simulation ? await loadSimulation(options.simulation) : undefined;
    const directory = await mkdtemp(path.join(os.tmpdir(), 'typernetes-cluster-'));
    const standalone = await startStandalone({
      ...configDefaults,
      port: options.port ?? 0,
      nodes: options.nodes ?? configDefaults.nodes,
      pkiDirectory: await certificatesDirectory(systemClock.now()),
      nodesDirectory: path.join(directory, 'nodes'),
      ...(simulation ? { simulation } : {}),
      ...(options.dataDir ? { dataDirectory: options.dataDir } : {}),
      loggerFor: (component) => (log ? createLogger(component, undefined, { write: log }) : silentLogger),
      clock: virtual,
      intercept: traffic.intercept,
    });
    running.standalone = standalone;
    const cluster = new Cluster(standalone, { virtual, traffic, faults, requests, directory });
    try {
      await cluster.prepare(options);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get server(): string {
    return this.standalone.server;
  }

  get kubeconfig(): string {
    return this.standalone.kubeconfig;
  }

  get kubeconfigPath(): string {
    return path.join(this.parts.directory, 'kubeconfig');
  }

  kubeConfig<K extends { loadFromString(text: string): void }>(KubeConfig: new () => K): K {
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig);
    return config;
  }

  async apply(...manifests: readonly (object | string)[]): Promise<ApiObject[]> {
    const applied: ApiObject[] = [];
    for (const object of await loadManifests(manifests)) {
      applied.push(await this.objects.apply(object));
      if (object.kind === 'CustomResourceDefinition') await this.waitFor(object as ApiObject & ObjectReference, 'Established');
    }
    return applied;
  }

  waitFor<T extends ApiObject = ApiObject>(reference: ObjectReference, condition: WaitCondition<T>, options?: { readonly timeout?: Duration }): Promise<T> {
    return waitFor({ objects: this.objects, clock: systemClock }, reference, condition, options);
  }

  async snapshot(): Promise<Snapshot> {
    await this.parts.traffic.settle();
    return takeSnapshot(this.standalone.storage);
  }

  async reset(snapshot: Snapshot | undefined = this.start): Promise<void> {
    if (!(snapshot instanceof StoreSnapshot)) throw new TypeError('reset: not a snapshot of this cluster');
    this.faults.clear();
    const { storage } = this.standalone;
    for (let round = 0; round < resetRoundsMax && (await restoreSnapshot(storage, snapshot)); round++) {
      // A consistent read: the caches have seen the writes, and so have those who watch.
      await this.objects.list({ apiVersion: 'v1', kind: 'Namespace' });
      await this.standalone.customKindsServed();
      await this.parts.traffic.settle();
    }
    this.requests.clear();
  }

  async stop(): Promise<void> {
    await this.standalone.stop();
    this.parts.virtual.stop();
    await rm(this.parts.directory, { recursive: true, force: true });
  }

  private async prepare({ crds = [], apply = [], nodes = configDefaults.nodes }: StartOptions): Promise<void> {
    await writeFile(this.kubeconfigPath, this.kubeconfig, { mode: 0o600 });
    for (let i = 1; i <= nodes; i++) await this.waitFor({ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${i}` } }, 'Ready');
    await this.waitFor({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }, 'Exists');
    await this.apply(...crds, ...(typeof apply === 'string' ? [apply] : apply));
    this.start = (await this.snapshot()) as StoreSnapshot;
    this.requests.clear();
  }
}
