import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { configDefaults as apiserverDefaults, startApiserver, type Interceptor, type Running as RunningApiserver } from '@typernetes/app-apiserver';
import { startControllerManager } from '@typernetes/app-controller-manager';
import { startScheduler } from '@typernetes/app-scheduler';
import { stopAll, type Logger, type Running } from '@typernetes/component';
import { systemClock, systemRandom, type Cancel, type Clock } from '@typernetes/machinery';
import { frontProxyName, renderKubeconfig, standalonePki, type StandalonePki } from '@typernetes/pki';
import { EmbeddedStorage, type Storage } from '@typernetes/storage';
import type { ReplaceableComponent, StandaloneConfig } from './config';
import { clusterCidr, podRangesFor } from './pod-ranges';
import { ReplaceableApiserver, type Ports } from './replaceable-apiserver';
import { NodeOutages } from './simulated-node/node-outages';
import { startSimulatedNodes } from './simulated-node/simulated-nodes';
import { plainSimulation } from './simulated-node/simulation';
import { users } from './users';

/** A control plane in this process. */
export interface RunningStandalone extends Running {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly port: number;
  /** For components that run beside this process. */
  readonly grpcPort: number;
  readonly pki: StandalonePki;
  /** Of the administrator, as YAML text. */
  readonly kubeconfig: string;
  /** The API without a network. */
  readonly clientFor: RunningApiserver['clientFor'];
  /** The kinds that are served now. */
  registry(): RunningApiserver['registry'];
  /** Resolves when the kinds of all CustomResourceDefinitions that are stored now are served. */
  customKindsServed(): Promise<void>;
  /** Below the apiserver: for snapshots. */
  readonly storage: Storage;
  /** As if the apiserver's process had ended and come back: connections break, caches are filled anew. */
  restartApiserver(): Promise<void>;
  /** Cuts a simulated node off from the API, until what is returned is called. */
  failNode(name: string): Cancel;
}

interface ComponentContext {
  readonly logger: Logger;
  readonly clock: Clock;
  onLost(error: unknown): void;
}

/** The second stands within the first. */
const around = (outer: Interceptor, inner: Interceptor | undefined): Interceptor => (inner ? (intercepted, proceed) => outer(intercepted, () => inner(intercepted, proceed)) : outer);

function launchApi(config: StandaloneConfig, pki: StandalonePki, storage: Storage, ports: Ports): Promise<RunningApiserver> {
  const { loggerFor, clock, intercept } = config;
  return startApiserver({
    ...apiserverDefaults,
    ...ports,
    storage,
    keepsStorage: true,
    etcdServers: [],
    bindAddress: config.bindAddress,
    tls: { cert: Buffer.from(pki.server.cert), key: Buffer.from(pki.server.key) },
    clientCa: Buffer.from(pki.caCert),
    serviceAccountKeys: [Buffer.from(pki.serviceAccountPublicKey)],
    serviceAccountSigningKey: Buffer.from(pki.serviceAccountPrivateKey),
    serviceClusterIpRange: config.serviceClusterIpRange,
    ...(config.runtimeConfig === undefined ? {} : { runtimeConfig: config.runtimeConfig }),
    proxyClient: { cert: Buffer.from(pki.frontProxy.cert), key: Buffer.from(pki.frontProxy.key) },
    requestHeader: { clientCa: Buffer.from(pki.caCert), allowedNames: [frontProxyName] },
    kubeletClient: { cert: Buffer.from(pki.admin.cert), key: Buffer.from(pki.admin.key) },
    kubeletCa: Buffer.from(pki.caCert),
    logger: loggerFor('apiserver'),
    ...(clock ? { clock } : {}),
    ...(intercept ? { intercept } : {}),
  });
}

async function startNodes(config: StandaloneConfig, pki: StandalonePki, { api, outages }: { api: ReplaceableApiserver; outages: NodeOutages }): Promise<Running> {
  const clientFor = api.clientFor.bind(api);
  const { nodes: count, simulation = plainSimulation, clock = systemClock, random = systemRandom, loggerFor } = config;
  const directory = config.nodesDirectory ?? (await mkdtemp(path.join(os.tmpdir(), 't8s-nodes-')));
  const nodes = await startSimulatedNodes({ count, maxPods: podRangesFor(count).maxPods, directory, pki, simulation, outages, clientFor, clock, random, logger: loggerFor('kubelet') });
  const directories = { stop: async () => (config.nodesDirectory ? undefined : rm(directory, { recursive: true, force: true, maxRetries: 10 })) };
  return stopAll([nodes, directories]);
}

/** What does not run here has nothing to stop. */
const nothing: Running = { stop: () => Promise.resolve() };

const controllersConfig = ({ nodes }: StandaloneConfig, pki: StandalonePki, api: ReplaceableApiserver): Parameters<typeof startControllerManager>[0] => ({
  api: api.clientFor(users.controllerManager),
  leaderElect: false,
  controllers: ['*'],
  workers: {},
  clusterCidr,
  nodeCidrMaskSize: podRangesFor(nodes).maskSize,
  nodeMonitorGracePeriodMs: 50_000,
  nodeMonitorPeriodMs: 5_000,
  loadBalancerPool: '172.30.200.0/24',
  rootCa: pki.caCert,
  serviceAccountPrivateKey: pki.serviceAccountPrivateKey,
  clusterSigning: { cert: pki.caCert, key: pki.caKey, durationMs: 365 * 86_400_000 },
  terminatedPodGcThreshold: 12_500,
});

/** Starts apiserver, scheduler, controllers and nodes on an embedded store. They talk to each other without a network. */
export async function startStandalone(given: StandaloneConfig): Promise<RunningStandalone> {
  const outages = new NodeOutages();
  const config = { ...given, intercept: around(outages.intercept, given.intercept) };
  const { loggerFor, clock = systemClock } = config;
  const pki = standalonePki(config.pkiDirectory, [config.bindAddress, 'localhost', '127.0.0.1'], clock.now());
  const storage = await EmbeddedStorage.open({ ...(config.dataDirectory ? { directory: config.dataDirectory } : {}), clock });
  const api = await ReplaceableApiserver.start(storage, (store, ports) => launchApi(config, pki, store, ports), { securePort: config.port, grpcPort: config.grpcPort ?? 0 });
  const context = (component: string): ComponentContext => {
    const logger = loggerFor(component);
    return { logger, clock, onLost: (error) => logger.fatal({ err: error }, 'ended by itself') };
  };
  const runsHere = (component: ReplaceableComponent): boolean => !config.disabled?.includes(component);
  const scheduler = runsHere('scheduler') ? await startScheduler({ api: api.clientFor(users.scheduler), leaderElect: false }, context('scheduler')) : nothing;
  const controllers = runsHere('controller-manager') ? await startControllerManager(controllersConfig(config, pki, api), context('controller-manager')) : nothing;
  const nodes = await startNodes(config, pki, { api, outages });
  const port = api.running.securePort;
  const server = `https://${config.bindAddress}:${port}`;
  return {
    server,
    port,
    grpcPort: api.running.grpcPort,
    pki,
    kubeconfig: renderKubeconfig({ name: 't8s-dev', server, caCert: pki.caCert, client: pki.admin }),
    clientFor: (user) => api.clientFor(user),
    registry: () => api.running.registry,
    customKindsServed: () => api.running.customKindsServed(),
    storage,
    restartApiserver: () => api.restart(),
    failNode: (name) => outages.fail(name),
    ...stopAll([nodes, scheduler, controllers, api]),
  };
}
