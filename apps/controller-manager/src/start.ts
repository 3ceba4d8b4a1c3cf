import { hostname } from 'node:os';
import { ControllerMetrics, EventRecorder, InformerFactory, createGrpcClient, runLeaderElected } from '@typernetes/client';
import type { Logger, Running } from '@typernetes/component';
import { createMetricsRegistry, Registry, startHealthServer } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { randomSuffix, systemRandom } from '@typernetes/machinery';
import type { ControllerManagerConfig } from './config';
import type { ControllerContext } from './context';
import { selectControllers } from './controllers';
import { DeletableKinds } from './kinds';

/** Starts kube-controller-manager. The caches fill at once; the controllers work from the leadership on. */
export async function startControllerManager(config: ControllerManagerConfig, { logger, clock, onLost }: { logger: Logger; clock: Clock; onLost(error: unknown): void }): Promise<Running> {
  const random = systemRandom;
  // Without a door nobody asks for the process's own figures, which cost something to follow.
  const registry = config.health ? createMetricsRegistry() : new Registry();
  const client = 'resource' in config.api ? config.api : createGrpcClient({ access: config.api, userAgent: 'kube-controller-manager', clock });
  const informers = new InformerFactory({ client, clock, random, logger });
  const kinds = new DeletableKinds({ client, informers, clock, random, logger });
  const recorders: EventRecorder[] = [];
  const context: ControllerContext = {
    client,
    informers,
    kinds,
    events: (component) => {
      const recorder = new EventRecorder({ client, clock, logger, component });
      recorders.push(recorder);
      return recorder;
    },
    metrics: new ControllerMetrics(registry),
    registry,
    clock,
    random,
    logger,
    config,
  };
  const runs = selectControllers(config.controllers).map((controller) => controller.setUp(context));
  const ended = new AbortController();
  informers.start(ended.signal);
  const health = config.health && (await startHealthServer({ ...config.health, registry }));
  const lead = async (signal: AbortSignal): Promise<void> => {
    await informers.whenSynced(signal);
    logger.info({ controllers: runs.length }, 'the caches are full, controllers start');
    await Promise.all(runs.map((run) => run(signal)));
  };
  const identity = `${hostname()}_${randomSuffix(random, 10)}`;
  const election = { client, clock, random, logger, registry, name: 'kube-controller-manager', namespace: 'kube-system', identity };
  const leading = (config.leaderElect ? runLeaderElected(election, lead, ended.signal) : lead(ended.signal)).catch((error: unknown) => {
    if (!ended.signal.aborted) onLost(error);
  });
  return {
    stop: async () => {
      ended.abort();
      kinds.stop();
      await leading;
      await Promise.all(recorders.map((recorder) => recorder.flush()));
      await health?.stop();
      client.close();
    },
  };
}
