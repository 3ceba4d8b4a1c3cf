import type Docker from 'dockerode';
import type { Clock } from '@typernetes/machinery';
import { logDrainMsMax } from '../limits';
import type { Logger } from '@typernetes/component';
import type { ContainerRecord } from '../record';
import { ContainerLogger } from './container-logger';

/** The log copiers of all running containers. */
export class LogManager {
  private readonly loggers = new Map<string, ContainerLogger>();
  /** Containers that are being started, and when that is over. */
  private readonly starting = new Map<string, Promise<unknown>>();

  constructor(
    private readonly docker: Docker,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Begins, or goes on after a restart of the shim. Does nothing when it runs already or no log is wanted. */
  follow(record: ContainerRecord): void {
    if (!record.logPath || this.loggers.has(record.id)) return;
    const logger = new ContainerLogger({
      docker: this.docker,
      clock: this.clock,
      logger: this.logger,
      containerId: record.id,
      logPath: record.logPath,
      tty: record.config.tty,
    });
    this.loggers.set(record.id, logger);
    void logger.done.finally(() => {
      if (this.loggers.get(record.id) === logger) this.loggers.delete(record.id);
    });
  }

  /** Starts a container and copies what it writes from its first line on. */
  async followFrom(record: ContainerRecord, start: () => Promise<unknown>): Promise<void> {
    const started = start().then(() => this.follow(record));
    this.starting.set(record.id, started.catch(() => undefined));
    try {
      await started;
    } finally {
      this.starting.delete(record.id);
    }
  }

  /** False when the container's output is not being copied any more. */
  async reopen(containerId: string): Promise<boolean> {
    const logger = this.loggers.get(containerId);
    if (!logger) return false;
    await logger.reopen();
    return true;
  }

  /** Waits until an ended container's last lines are in the file, for a bounded time. */
  async drained(containerId: string): Promise<void> {
    const [starting, logger] = [this.starting.get(containerId), this.loggers.get(containerId)];
    if (!starting && !logger) return;
    const enough = new AbortController();
    await Promise.race([
      (async () => {
        await starting;
        await this.loggers.get(containerId)?.done;
      })(),
      this.clock.sleep(logDrainMsMax, enough.signal).catch(() => undefined),
    ]);
    enough.abort();
  }

  stop(containerId: string): void {
    this.loggers.get(containerId)?.stop();
  }

  async close(): Promise<void> {
    const all = [...this.loggers.values()];
    for (const logger of all) logger.stop();
    await Promise.all(all.map((logger) => logger.done));
  }
}
