import type { ApiClient, Controller, ControllerMetrics, EventRecorder, InformerFactory, Reconcile } from '@typernetes/client';
import { Controller as ControllerLoop } from '@typernetes/client';
import type { Logger, Registry } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { ControllerManagerConfig } from './config';
import type { DeletableKinds } from './kinds';

/** What every controller is given. */
export interface ControllerContext {
  client: ApiClient;
  informers: InformerFactory;
  /** Kinds whose objects can be deleted, custom ones among them. */
  kinds: DeletableKinds;
  /** A recorder that signs as the given component. */
  events(component: string): EventRecorder;
  metrics: ControllerMetrics;
  /** For metrics of a controller's own. */
  registry: Registry;
  clock: Clock;
  random: Random;
  logger: Logger;
  config: ControllerManagerConfig;
}

/** One controller: wires its informers at once, and works from the moment that the returned function runs. */
export interface ControllerDefinition {
  /** Upstream's name, as in `--controllers`. */
  name: string;
  setUp(context: ControllerContext): (signal: AbortSignal) => Promise<void>;
}

const workersDefault = 5;

/** The loop of a controller with the settings that all share. */
export function newController(context: ControllerContext, name: string, reconcile: Reconcile, workers?: number): Controller {
  const { clock, logger, metrics, config } = context;
  return new ControllerLoop({ name, reconcile, workers: workers ?? config.workers[name] ?? workersDefault, clock, logger, metrics });
}
