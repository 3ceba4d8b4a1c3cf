import { builtInKinds, createRegistry, resources, servedBy, type Registry, type ResourceType } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { systemClock, systemRandom, type Cancel, type Clock } from '@typernetes/machinery';
import { Mirror, openEtcdStorage, type Storage } from '@typernetes/storage';
import type { ApiserverConfig } from './config';
import type { Environment } from './environment';
import { startGrpcServer } from './grpc/server';
import { bookmarkPeriodMs } from './limits';
import { startCompaction } from './compaction';
import { followDefinitions } from './custom-kinds';
import { createLoopbackClient, self } from './local/loopback-client';
import { CacheReader } from './local/cache-reader';
import { ApiserverMetrics } from './metrics';
import type { ApiserverInternals } from './pipeline/internals';
import type { UserInfo } from './pipeline/types';
import { builtInHandlers } from './handlers';
import { documentPaths } from './rest/documents';
import { healthPaths, type HealthCheck } from './rest/health';
import { firstOf } from './rest/paths';
import { startRestServer } from './rest/server';
import { IpAddressKeeper } from './service/ip-address-keeper';
import { ServiceAllocator } from './service/service-allocator';
import { standardExtensions } from './standard-extensions';
import { bookmarkKinds } from './store/bookmark-kinds';
import { commitHookKey } from './store/commit-hook';
import { ResourceStores, type ResourceStore } from './store/resource-stores';
import { encodeBookmark } from './verbs/watch';

/** A server that listens. */
export interface Running {
  readonly securePort: number;
  readonly grpcPort: number;
  /** The kinds that are served now. */
  readonly registry: Registry;
  /** The pipeline without a door. */
  readonly internals: ApiserverInternals;
  /** Resolves when the kinds of all CustomResourceDefinitions that are stored now are served. */
  customKindsServed(): Promise<void>;
  /** The API in-process as this user, through the whole pipeline: for components that share the process. */
  clientFor(user: UserInfo): ApiClient;
  /** Closes the store too, unless the configuration keeps it. */
  stop(): Promise<void>;
}

interface Parts {
  readonly environment: Environment;
  readonly allocator: ServiceAllocator;
  readonly internals: ApiserverInternals;
}

/** The store of a built-in kind. */
function storeOf({ registry, stores }: Pick<Environment, 'registry' | 'stores'>, { group, version, resource }: ResourceType): ResourceStore {
  const kind = registry.lookup(group, version, resource);
  if (!kind) throw new Error(`${resource} must be served: Services need it`);
  return stores.of(kind);
}

/** Everything but the doors. Nothing has been read or opened yet. */
function compose(config: ApiserverConfig, storage: Storage, clock: Clock): Parts {
  const mirror = new Mirror(storage, { clock, onTrouble: (error) => config.logger.warn({ err: error }, 'lost the watch on the store, resuming') });
  const registry = createRegistry(servedBy(config.runtimeConfig ?? '', builtInKinds));
  const stores = new ResourceStores(registry, mirror);
  const allocator = new ServiceAllocator(config, mirror, {
    ranges: storeOf({ registry, stores }, resources.serviceCIDRs).cache,
    addresses: storeOf({ registry, stores }, resources.ipAddresses).cache,
  });
  const internals: ApiserverInternals = { objects: new CacheReader(registry, stores, { mirror, storage }), client: createLoopbackClient(() => environment, self), registry };
  const extensions = (config.makeExtensions ?? ((it) => standardExtensions(config, it)))(internals);
  for (const kind of extensions.kinds ?? []) registry.add(kind);
  const environment: Environment = {
    registry,
    storage,
    mirror,
    stores,
    clock,
    random: config.random ?? systemRandom,
    extensions: { ...extensions, subresourceHandlers: { ...builtInHandlers(() => environment, internals.objects), ...extensions.subresourceHandlers } },
    commitHooks: new Map([[commitHookKey(resources.services), allocator]]),
    ...(config.intercept ? { intercept: config.intercept } : {}),
  };
  return { environment, internals, allocator };
}

function startBookmarks({ stores, clock }: Environment): Cancel {
  return clock.every(bookmarkPeriodMs, () => {
    for (const [cache, kind] of bookmarkKinds(stores)) cache.sendBookmarks((revision) => encodeBookmark(kind, revision));
  });
}

/** Starts the apiserver: reads the store into the caches, opens both doors, then creates what every cluster has. */
export async function startApiserver(config: ApiserverConfig): Promise<Running> {
  const clock = config.clock ?? systemClock;
  const storage = config.storage ?? (await openEtcdStorage({ endpoints: config.etcdServers, ...(config.etcdTls ? { tls: config.etcdTls } : {}), clock }));
  const { environment, internals, allocator } = compose(config, storage, clock);
  const { mirror, stores } = environment;
  await mirror.start();
  const repaired = await allocator.repair(internals.objects.list(resources.services), storage);
  if (repaired > 0) config.logger.warn({ repaired }, 'addresses and ports of Services were not as their Services say, mended');
  const addressKeeper = new IpAddressKeeper({
    objects: internals.objects,
    storage,
    clock,
    claims: allocator,
    serviceKey: storeOf(environment, resources.services).storageKey,
    onError: (error) => config.logger.error({ err: error }, 'IPAddress not mended'),
  });
  await addressKeeper.repair();
  const metrics = new ApiserverMetrics(clock);
  metrics.observeStores(stores);
  const aborter = new AbortController();
  let isBootstrapped = false;
  const checks = healthChecks(environment, () => isBootstrapped);
  environment.extensions.prepare?.(aborter.signal);
  addressKeeper.follow(aborter.signal);
  const customKindsServed = await followDefinitions({ environment, internals, logger: config.logger, signal: aborter.signal });
  const paths = firstOf(healthPaths(checks), documentPaths(environment), metrics.paths, environment.extensions.paths ?? (() => false));
  const rest = await startRestServer(environment, config, { paths, metrics });
  let grpc: Awaited<ReturnType<typeof startGrpcServer>> | undefined;
  const stopBookmarks = startBookmarks(environment);
  const stopCompaction = startCompaction(environment, config.logger);
  const stopWatchingTls = config.watchTls?.((material) => {
    try {
      rest.renewTls(material);
      grpc?.renewTls(material);
      config.logger.info('serving certificates were renewed');
    } catch (error) {
      // Certificate and key are replaced one after the other; the second brings another call.
      config.logger.warn({ err: error }, 'renewed serving certificates do not fit, the old ones stay');
    }
  });
  const stop = async (): Promise<void> => {
    aborter.abort();
    stopWatchingTls?.();
    stopBookmarks();
    stopCompaction();
    await Promise.all([rest.close(), grpc?.close()]);
    mirror.stop();
    if (!config.keepsStorage) await storage.close();
  };
  try {
    await environment.extensions.bootstrap?.(aborter.signal, { securePort: rest.port });
    // Components come by this door. Before their roles exist they would be refused, and wait longer than they need to.
    grpc = await startGrpcServer(environment, config);
    isBootstrapped = true;
  } catch (error) {
    await stop();
    throw error;
  }
  config.logger.info({ securePort: rest.port, grpcPort: grpc.port }, 'serving');
  return { securePort: rest.port, grpcPort: grpc.port, registry: environment.registry, internals, customKindsServed, clientFor: (user) => createLoopbackClient(() => environment, user), stop };
}

function healthChecks({ storage, mirror, extensions }: Environment, isBootstrapped: () => boolean): Record<string, HealthCheck[]> {
  const ping: HealthCheck = { name: 'ping', check: () => {} };
  const etcd: HealthCheck = { name: 'etcd', check: async () => void (await storage.revision()) };
  const informers: HealthCheck = { name: 'informer-sync', check: () => failUnless(mirror.synced) };
  const bootstrap: HealthCheck = { name: 'poststarthook/bootstrap-controller', check: () => failUnless(isBootstrapped()) };
  const common = [ping, etcd, bootstrap, ...(extensions.checks ?? [])];
  return { healthz: common, livez: common, readyz: [...common, informers] };
}

function failUnless(isGood: boolean): void {
  if (!isGood) throw new Error('not yet');
}
