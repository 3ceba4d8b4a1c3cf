import { setMaxListeners } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Node, Pod, Service } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient, Informer } from '@typernetes/client';
import { EventRecorder } from '@typernetes/client';
import type { HealthCheck, Logger, Registry, Running } from '@typernetes/component';
import { createMetricsRegistry, startHealthServer } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import { systemClock, systemRandom } from '@typernetes/machinery';
import type { KubeletConfig } from './config';
import type { Host } from './host';
import { EvictionManager } from './eviction/eviction-manager';
import { hasLocalLimits, localStorageFault } from './eviction/local-storage';
import { readLocalUsage } from './eviction/local-usage';
import { PressureKeeper } from './eviction/pressure-keeper';
import { readSignals } from './eviction/signals';
import { GarbageCollector } from './garbage/garbage-collector';
import { ImageGarbageCollector } from './images/image-gc';
import { ImagePuller } from './images/image-puller';
import { evictionMs, housekeepingMs, imageGcMs, logRotationMs, plegThresholdMs, volumeRefreshMs } from './limits';
import { LogRotator } from './logs/log-rotator';
import { KubeletMetrics } from './metrics';
import { defaultNodeIP, readMachine } from './node/machine';
import { NodeAgent } from './node/node-agent';
import { NodeLease } from './node/node-lease';
import { WatchedObjects } from './objects/watched-objects';
import { BackOff } from './pod/back-off';
import type { PodContext } from './pod/pod-context';
import { fieldPathOf } from './pod/pod-kind';
import { PodManager } from './pod/pod-manager';
import { probeNetwork } from './probes/network-probe';
import { ProbeManager } from './probes/probe-manager';
import type { CriClient } from './runtime/cri-client';
import { GrpcCriClient } from './runtime/cri-client';
import { PodLifecycleEvents } from './runtime/pod-lifecycle-events';
import { runtimeHandlers } from './runtime/runtime-handlers';
import { RuntimeReader } from './runtime/runtime-reader';
import { parseResolvConf } from './sandbox/resolver';
import { podLogDirectory } from './sandbox/sandbox-config';
import { nodeService, startNodeServer } from './server/server';
import { ManifestDirectory } from './static-pods/manifest-directory';
import { MirrorPods } from './static-pods/mirror-pods';
import { isMirror } from './static-pods/static-pod';
import { StatusManager } from './status/status-manager';
import { removeLostVolumes } from './volumes/persistent-volume/local-volumes';
import { storageReader, type StorageReader } from './volumes/persistent-volume/storage-reader';
import { TokenManager } from './volumes/token-manager';
import { VolumeManager } from './volumes/volume-manager';

/** Not yet synced: `startKubelet` adds its handlers first. */
export interface KubeletSources {
  /** Pods with `spec.nodeName` of this node. */
  pods: Informer<Pod>;
  services: Informer<Service>;
  /** This node alone. */
  node: Informer<Node>;
}

export interface KubeletDependencies {
  client: ApiClient;
  sources: KubeletSources;
  logger: Logger;
  clock?: Clock;
  random?: Random;
  /** Of the process; made when absent. */
  registry?: Registry;
  /** Instead of the machine that the kubelet runs on: of a node that is simulated. */
  host?: Host;
}

/** Loops that end with the kubelet's signal: far fewer, but more than Node.js takes for normal. */
const loopsMax = 50;

interface Parts {
  context: PodContext;
  pods: PodManager;
  agent: NodeAgent;
  mirrors: MirrorPods;
  keeper: PressureKeeper;
  reportNode(reason: string, message: string): void;
  lifecycle: PodLifecycleEvents;
  cri: CriClient;
  tokens: TokenManager;
  objects: WatchedObjects;
  storage: StorageReader;
  registry: Registry;
}

async function buildParts(config: KubeletConfig, dependencies: KubeletDependencies, signal: AbortSignal): Promise<Parts> {
  const { client, logger, clock = systemClock, random = systemRandom, sources } = dependencies;
  await mkdir(path.join(config.rootDir, 'pods'), { recursive: true });
  const registry = dependencies.registry ?? createMetricsRegistry();
  const metrics = new KubeletMetrics(registry);
  const machine = dependencies.host?.machine ?? (await readMachine(config.rootDir));
  const cri = dependencies.host?.cri ?? new GrpcCriClient(config.containerRuntimeEndpoint, clock);
  const events = new EventRecorder({ client, clock, logger, component: 'kubelet', host: config.nodeName });
  const report: PodContext['report'] = (pod, { type, reason, message }, containerName) => {
    const fieldPath = containerName && fieldPathOf(pod, containerName);
    events.record({ type: resources.pods, object: mirrors.apiPod(pod) ?? pod, fieldPath }, type, reason, message);
  };
  const objects = new WatchedObjects({ client, clock, random, logger, changed: (uid) => pods.objectChanged(uid) });
  const tokens = new TokenManager(client, clock);
  const changed = (uid: string): void => pods.notify(uid);
  const keeper = new PressureKeeper(config.evictionHard, config.evictionPressureTransitionMs, clock);
  const agent = new NodeAgent({
    config, machine, client, cri, clock, logger,
    nodeIPs: [config.nodeIP || defaultNodeIP()],
    readPressure: async () => dependencies.host?.readPressure() ?? keeper.pressure(),
    becameReady: () => pods.notifyAll(),
    report: (node, reason, message) => events.record({ type: resources.nodes, object: node }, 'Normal', reason, message),
  });
  const mirrors = new MirrorPods({ client, logger, node: () => agent.object, appeared: (pod) => context.statuses.appeared(pod) });
  const storage = storageReader(client, () => ({ name: config.nodeName, labels: agent.object?.metadata?.labels ?? {} }), path.join(config.rootDir, 'local-volumes'));
  const context: PodContext = {
    cri, objects, clock, random, logger, report,
    claims: objects,
    reader: new RuntimeReader(cri),
    volumes: new VolumeManager({ podsDir: path.join(config.rootDir, 'pods'), objects, tokens, storage, clock }),
    probes: new ProbeManager({ cri, probeNetwork: dependencies.host?.probeNetwork ?? probeNetwork, clock, random, logger, changed, report: (pod, name, event) => report(pod, event, name) }),
    statuses: new StatusManager({ client, clock, logger, signal, apiPod: (pod) => mirrors.apiPod(pod) }),
    apiPod: (pod) => mirrors.apiPod(pod),
    pressure: () => keeper.pressure(),
    puller: new ImagePuller(cri, clock, new BackOff()),
    restarts: new BackOff(config.maxContainerRestartPeriodMs),
    podStarted: (seconds) => metrics.podStartSeconds.observe(seconds),
    services: () => sources.services.list(),
    neighbours: (uid) => pods.active().filter(({ metadata }) => metadata?.uid !== uid),
    runtimeHandler: runtimeHandlers(client),
    node: agent,
    nodeResolver: parseResolvConf(await readFile(config.resolvConf, 'utf8').catch(() => '')),
    cluster: { servers: config.clusterDns, domain: config.clusterDomain },
    rootDir: config.rootDir,
    podLogsDir: config.podLogsDir,
    allowedUnsafeSysctls: config.allowedUnsafeSysctls,
  };
  const pods = new PodManager(context);
  const counted = (sandboxes: number, containers: Readonly<Record<string, number>>): void => {
    metrics.runningPods.set(sandboxes);
    for (const [state, count] of Object.entries(containers)) metrics.runningContainers.set({ container_state: state }, count);
  };
  const reportNode = (reason: string, message: string): void => {
    if (agent.object) events.record({ type: resources.nodes, object: agent.object }, 'Warning', reason, message);
  };
  return { context, pods, agent, mirrors, keeper, reportNode, cri, tokens, objects, storage, registry, lifecycle: new PodLifecycleEvents({ cri, clock, logger, changed, counted }) };
}

/** As upstream: the kubelet is ill when the runtime could not be listed for three minutes. */
function plegCheck(lifecycle: PodLifecycleEvents, clock: Clock): HealthCheck {
  const startedAtMs = clock.monotonic();
  return {
    name: 'pleg',
    check: () => {
      const silentMs = clock.monotonic() - (lifecycle.lastRelistMs ?? startedAtMs);
      if (silentMs > plegThresholdMs) throw new Error(`pleg was last seen active ${Math.round(silentMs / 1_000)}s ago`);
    },
  };
}

/** Runs `step` again and again; failures are logged and do not end it. */
function repeat(clock: Clock, periodMs: number, logger: Logger, step: () => Promise<void>): (signal: AbortSignal) => void {
  return (signal) => {
    const loop = async (): Promise<void> => {
      while (!signal.aborted) {
        await clock.sleep(periodMs, signal).catch(() => undefined);
        if (signal.aborted) return;
        await step().catch((error: unknown) => logger.warn({ error }, 'a periodic task failed'));
      }
    };
    void loop();
  };
}

function followPods({ pods, tokens, mirrors }: Parts, { sources }: KubeletDependencies): void {
  sources.pods.onChange({
    added: (pod) => (isMirror(pod) ? mirrors.observed(pod) : pods.put(pod)),
    updated: (pod, previous) => {
      if (isMirror(pod)) return mirrors.observed(pod);
      // Deleted and made anew under the same name between two looks.
      if (previous.metadata?.uid !== pod.metadata?.uid) pods.remove(previous);
      pods.put(pod);
    },
    deleted: (pod) => {
      if (isMirror(pod)) return mirrors.gone(pod);
      tokens.forget(pod.metadata?.uid ?? '');
      pods.remove(pod);
    },
  });
}

/**
 * Starts the kubelet. Resolves when it serves and follows its pods; the node becomes Ready as soon as its network is.
 */
export async function startKubelet(config: KubeletConfig, dependencies: KubeletDependencies): Promise<Running> {
  const { sources, logger, clock = systemClock } = dependencies;
  const abort = new AbortController();
  const { signal } = abort;
  setMaxListeners(loopsMax, signal);
  const parts = await buildParts(config, dependencies, signal);
  const { context, pods, agent, lifecycle, cri } = parts;
  sources.node.onChange({ added: (node) => agent.observed(node), updated: (node) => agent.observed(node), deleted: () => agent.forgotten() });
  void agent.run(signal);
  void new NodeLease({ nodeName: config.nodeName, node: () => agent.object, client: dependencies.client, clock, logger }).run(signal);
  dependencies.host?.serve(nodeService({ context, pods }));
  const server = dependencies.host ? undefined : await startNodeServer(config, { context, pods }, { client: dependencies.client, registry: parts.registry, liveness: [plegCheck(lifecycle, clock)] });
  const health = config.healthzPort ? await startHealthServer({ host: '127.0.0.1', port: config.healthzPort, registry: parts.registry, liveness: [plegCheck(lifecycle, clock)] }) : undefined;
  const running: Running = {
    async stop() {
      abort.abort(new Error('the kubelet stops'));
      pods.stop();
      parts.objects.stop();
      context.probes.stopAll();
      await server?.stop();
      await health?.stop();
      cri.close();
    },
  };
  // Variables of Services must be known before the first container starts.
  void Promise.all([sources.services.whenSynced(signal), sources.pods.whenSynced(signal)])
    .then(async () => {
      const manifests = new ManifestDirectory({ directory: config.staticPodPath, nodeName: config.nodeName, pods, mirrors: parts.mirrors, clock, logger });
      // Before anything is taken for an orphan.
      await manifests.run(signal);
      followPods(parts, dependencies);
      lifecycle.run(signal);
      const garbage = new GarbageCollector({ context, pods, lifecycle });
      const images = new ImageGarbageCollector({
        cri, clock, logger,
        highPercent: config.imageGcHighThresholdPercent,
        lowPercent: config.imageGcLowThresholdPercent,
        volumeImages: () => pods.active().flatMap(({ spec }) => spec?.volumes?.flatMap(({ image }) => image?.reference ?? []) ?? []),
      });
      const disk = { cri, podDir: (uid: string) => context.volumes.podDir(uid), logDir: (pod: Pod) => podLogDirectory(config.podLogsDir, pod) };
      const eviction = new EvictionManager({
        cri, logger,
        keeper: parts.keeper,
        readSignals: () => readSignals(config.rootDir),
        activePods: () => pods.active(),
        localFault: async (pod) => (hasLocalLimits(pod) ? localStorageFault(pod, await readLocalUsage(pod, disk)) : undefined),
        evict: (pod, message, isOwnFault) => pods.evict(pod, message, isOwnFault),
        reclaimDisk: async () => (await garbage.run(), await images.run()),
        changed: () => agent.hurry(),
        reportNode: parts.reportNode,
      });
      const logs = new LogRotator({ cri, logger, clock, maxBytes: config.containerLogMaxBytes, maxFiles: config.containerLogMaxFiles });
      // What was deleted while no kubelet ran ends now.
      void garbage.run().catch((error: unknown) => logger.debug({ error }, 'the first clean-up failed'));
      repeat(clock, housekeepingMs, logger, () => garbage.run())(signal);
      repeat(clock, housekeepingMs, logger, async () => parts.mirrors.reconcile())(signal);
      // A simulated machine is never short of anything.
      if (!dependencies.host) repeat(clock, evictionMs, logger, () => eviction.run())(signal);
      repeat(clock, volumeRefreshMs, logger, () => pods.refreshVolumes())(signal);
      repeat(clock, volumeRefreshMs, logger, async () => void (await removeLostVolumes(parts.storage)))(signal);
      repeat(clock, imageGcMs, logger, () => images.run())(signal);
      repeat(clock, logRotationMs, logger, () => logs.run())(signal);
    })
    .catch((error: unknown) => {
      if (!signal.aborted) logger.error({ error }, 'the kubelet could not begin to follow its pods');
    });
  return running;
}
