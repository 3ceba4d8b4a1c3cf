import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { Clock } from '@typernetes/machinery';
import { engineStatusCode } from '../errors';
import { reconnectDelayMs } from '../limits';
import type { Logger } from '@typernetes/component';
import { decimalSeconds } from '../time';
import { formatLogLine } from './cri-log-format';
import { multiplexedDecoder, terminalDecoder } from './demux';
import { LogFile } from './log-file';
import { lastLines, trimPartialLine } from './log-tail';
import { resumePoint } from './resume-point';

export interface ContainerLoggerOptions {
  docker: Docker;
  clock: Clock;
  logger: Logger;
  containerId: string;
  logPath: string;
  tty: boolean;
}

/** Copies one container's output from Docker's log into its CRI log file until the container ends. */
export class ContainerLogger {
  /** Resolves when everything is written and the file is closed; never rejects. */
  readonly done: Promise<void>;
  private readonly file: LogFile;
  private readonly abort = new AbortController();
  private reopening: Promise<void> = Promise.resolve();

  constructor(private readonly options: ContainerLoggerOptions) {
    this.file = new LogFile(options.logPath);
    this.done = this.run().finally(() => this.file.close());
  }

  /** From now on lines go to a new file of the same name. */
  reopen(): Promise<void> {
    this.reopening = this.file.open();
    return this.reopening;
  }

  stop(): void {
    this.abort.abort();
  }

  private async run(): Promise<void> {
    const { clock, logger, containerId } = this.options;
    while (!this.abort.signal.aborted) {
      try {
        await this.copy(true);
        // A daemon that goes down ends the stream, too; with live-restore the container does not notice.
        if (await this.stillRuns()) continue;
        // The stream may have ended before the last words were in Docker's log.
        return await this.copy(false);
      } catch (error) {
        if (this.abort.signal.aborted || engineStatusCode(error) === 404) return;
        logger.warn({ err: error, containerId }, 'log of container broke off, trying again');
        await clock.sleep(reconnectDelayMs, this.abort.signal).catch(() => undefined);
      }
    }
  }

  private async stillRuns(): Promise<boolean> {
    const { docker, containerId } = this.options;
    return (await docker.getContainer(containerId).inspect()).State.Running;
  }

  private async output(sinceNanos: bigint, follow: boolean): Promise<Readable> {
    const { docker, containerId } = this.options;
    const wanted = { stdout: true, stderr: true, timestamps: true, ...(sinceNanos > 0n ? { since: decimalSeconds(sinceNanos) } : {}) };
    const container = docker.getContainer(containerId);
    // What is not followed comes in one piece.
    return follow ? ((await container.logs({ ...wanted, follow: true })) as Readable) : Readable.from([await container.logs({ ...wanted, follow: false })]);
  }

  /** Copies from where the file ends; with `follow` until the container does. */
  private async copy(follow: boolean): Promise<void> {
    const { logPath, tty } = this.options;
    await trimPartialLine(logPath);
    const from = resumePoint(await lastLines(logPath));
    await this.file.open();
    const stream = await this.output(from.sinceNanos, follow);
    const onAbort = (): void => void stream.destroy();
    this.abort.signal.addEventListener('abort', onAbort, { once: true });
    const decoder = tty ? terminalDecoder() : multiplexedDecoder();
    try {
      for await (const chunk of stream) {
        const lines = decoder.push(chunk as Buffer).filter((frame) => !from.alreadyWritten(frame));
        if (lines.length === 0) continue;
        await this.reopening;
        await this.file.write(Buffer.concat(lines.map(formatLogLine)));
      }
    } finally {
      this.abort.signal.removeEventListener('abort', onAbort);
    }
  }
}
