import type { Logger } from '@typernetes/component';
import { Counter, Gauge, Histogram } from '@typernetes/component';
import type { Registry } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { hasReason } from '@typernetes/machinery';
import type { ObjectKey, Reconcile } from './informer-types';
import type { WorkQueueObserver } from './work-queue';
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

/** Shared by the controllers of a process; every series exists from the start. Names are upstream's. */
export class ControllerMetrics {
  private readonly reconciles: Counter<'controller' | 'result'>;
  private readonly workSeconds: Histogram<'name'>;
  private readonly waitSeconds: Histogram<'name'>;
  private readonly depth: Gauge<'name'>;
  private readonly adds: Counter<'name'>;
  private readonly retries: Counter<'name'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['name'] as const;
    const buckets = [0.001, 0.01, 0.1, 1, 10];
    this.reconciles = new Counter({ name: 'controller_runtime_reconcile_total', help: 'Reconciles by outcome.', labelNames: ['controller', 'result'], registers });
    this.workSeconds = new Histogram({ name: 'workqueue_work_duration_seconds', help: 'Time of one reconcile.', labelNames, buckets, registers });
    this.waitSeconds = new Histogram({ name: 'workqueue_queue_duration_seconds', help: 'Time that a key waits for a worker.', labelNames, buckets, registers });
    this.depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait for a worker.', labelNames, registers });
    this.adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys that were added.', labelNames, registers });
    this.retries = new Counter({ name: 'workqueue_retries_total', help: 'Keys that were added again after a failure.', labelNames, registers });
  }

  /** Makes the series of a controller, and gives what its queue reports to. */
  declare(name: string): WorkQueueObserver {
    for (const result of results) this.reconciles.inc({ controller: name, result }, 0);
    this.depth.set({ name }, 0);
    this.adds.inc({ name }, 0);
    this.retries.inc({ name }, 0);
    this.workSeconds.zero({ name });
    this.waitSeconds.zero({ name });
    return {
      added: (depth) => {
        this.adds.inc({ name });
        this.depth.set({ name }, depth);
      },
      taken: (depth, waitedMs) => {
        this.waitSeconds.observe({ name }, waitedMs / 1000);
        this.depth.set({ name }, depth);
      },
      retried: () => this.retries.inc({ name }),
    };
  }

  observe(name: string, result: Result, seconds: number): void {
    this.reconciles.inc({ controller: name, result });
    this.workSeconds.observe({ name }, seconds);
  }
}

/** Runs a reconcile for every key that is enqueued: see the contract at `Reconcile`. */
export class Controller {
  private readonly queue: WorkQueue<ObjectKey>;

  constructor(private readonly options: ControllerOptions) {
    this.queue = new WorkQueue({ clock: options.clock, observer: options.metrics?.declare(options.name) });
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
    const observe = (result: Result): void => metrics?.observe(name, result, (clock.monotonic() - startedAt) / 1000);
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
