import type { Logger } from '@typernetes/component';
import { Counter, Gauge, Histogram } from '@typernetes/component';
import type { Registry } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { hasReason } from '@typernetes/machinery';
import type { ObjectKey, Reconcile } from './informer-types';
import { WorkQueue } from './work-queue';

/** Trying again would not help: logged and counted, not retried until the object changes. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

export interface ControllerOptions {
  /** `replication-controller`: in logs and metrics. */
  name: string;
  reconcile: Reconcile;
  workers: number;
  clock: Clock;
  logger: Logger;
  metrics?: ControllerMetrics;
}

const results = ['success', 'requeue_after', 'error', 'terminal_error'] as const;
type Result = (typeof results)[number];

/** Shared by the controllers of a process; every series exists from the start. */
export class ControllerMetrics {
  private readonly reconciles: Counter<'controller' | 'result'>;
  private readonly seconds: Histogram<'controller'>;
  private readonly depth: Gauge<'name'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.reconciles = new Counter({ name: 'controller_runtime_reconcile_total', help: 'Reconciles by outcome.', labelNames: ['controller', 'result'], registers });
    this.seconds = new Histogram({ name: 'controller_runtime_reconcile_time_seconds', help: 'Time of one reconcile.', labelNames: ['controller'], registers });
    this.depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait for a worker.', labelNames: ['name'], registers });
  }

  declare(controller: string): void {
    for (const result of results) this.reconciles.inc({ controller, result }, 0);
    this.depth.set({ name: controller }, 0);
  }

  observe(controller: string, result: Result, seconds: number, depth: number): void {
    this.reconciles.inc({ controller, result });
    this.seconds.observe({ controller }, seconds);
    this.depth.set({ name: controller }, depth);
  }
}

/** Runs a reconcile for every key that is enqueued: see the contract at `Reconcile`. */
export class Controller {
  private readonly queue: WorkQueue<ObjectKey>;

  constructor(private readonly options: ControllerOptions) {
    this.queue = new WorkQueue({ clock: options.clock });
    options.metrics?.declare(options.name);
  }

  readonly enqueue = (key: ObjectKey): void => this.queue.add(key);

  enqueueAfter(key: ObjectKey, delayMs: number): void {
    this.queue.addAfter(key, delayMs);
  }

  /** Works until the signal aborts; resolves when all workers have ended. */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => this.queue.close(), { once: true });
    await Promise.all(Array.from({ length: this.options.workers }, () => this.work(signal)));
  }

  private async work(signal: AbortSignal): Promise<void> {
    for (;;) {
      const key = await this.queue.take();
      if (key === undefined) return;
      await this.reconcileOne(key, signal);
      this.queue.done(key);
    }
  }

  private async reconcileOne(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const { name, reconcile, clock, logger, metrics } = this.options;
    const startedAt = clock.monotonic();
    const observe = (result: Result): void => metrics?.observe(name, result, (clock.monotonic() - startedAt) / 1000, this.queue.depth);
    try {
      const result = await reconcile(key, signal);
      this.queue.forget(key);
      if (result) this.queue.addAfter(key, result.requeueAfterMs);
      observe(result ? 'requeue_after' : 'success');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof TerminalError) {
        this.queue.forget(key);
        observe('terminal_error');
        logger.error({ controller: name, key, error }, 'reconcile failed for good');
        return;
      }
      // A stale cache is daily life and the next attempt sees the newer object.
      const log = hasReason(error, 'Conflict', 'AlreadyExists') || this.queue.retries(key) < 3 ? 'debug' : 'warn';
      logger[log]({ controller: name, key, error }, 'reconcile failed, backing off');
      this.queue.addRateLimited(key);
      observe('error');
    }
  }
}
