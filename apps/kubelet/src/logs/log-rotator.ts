import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { cri as proto } from '@typernetes/proto';
import type { CriClient } from '../runtime/cri-client';
import { runtimeMethods } from '../runtime/cri-client';

export interface LogRotatorDependencies {
  cri: CriClient;
  clock: Clock;
  logger: Logger;
  maxBytes: number;
  /** The current file counts too. */
  maxFiles: number;
}

/** `20260102-030405` */
const stampOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

/** Rotated files of a log, oldest first. */
export async function rotatedLogs(file: string): Promise<string[]> {
  const base = path.basename(file);
  const names = await readdir(path.dirname(file)).catch(() => []);
  return names.filter((name) => name.startsWith(`${base}.`) && !name.endsWith('.tmp')).sort().map((name) => path.join(path.dirname(file), name));
}

/** Keeps the logs of running containers within their limits. The newest rotated file stays plain for `logs -f`; older ones are packed. */
export class LogRotator {
  constructor(private readonly dependencies: LogRotatorDependencies) {}

  async run(): Promise<void> {
    const { cri, logger, maxBytes } = this.dependencies;
    const filter = { state: { state: proto.ContainerState.CONTAINER_RUNNING } };
    const { containers } = await cri.call(runtimeMethods.listContainers, proto.ListContainersRequest.fromPartial({ filter }));
    for (const { id } of containers) {
      try {
        const { status } = await cri.call(runtimeMethods.containerStatus, { containerId: id, verbose: false });
        const file = status?.logPath;
        if (file && (await stat(file).catch(() => undefined))?.size && (await stat(file)).size >= maxBytes) await this.rotate(id, file);
      } catch (error) {
        logger.warn({ error, containerId: id }, "a container's log could not be rotated");
      }
    }
  }

  private async rotate(containerId: string, file: string): Promise<void> {
    const { cri, clock, maxFiles } = this.dependencies;
    const rotated = await rotatedLogs(file);
    const surplus = Math.max(0, rotated.length - (maxFiles - 2));
    await Promise.all(rotated.slice(0, surplus).map((old) => rm(old, { force: true })));
    for (const old of rotated.slice(surplus)) if (!old.endsWith('.gz')) await compress(old);
    await rename(file, `${file}.${stampOf(clock.now())}`);
    await cri.call(runtimeMethods.reopenContainerLog, { containerId });
  }
}

async function compress(file: string): Promise<void> {
  const temporary = `${file}.tmp`;
  await pipeline(createReadStream(file), createGzip(), createWriteStream(temporary));
  await rename(temporary, `${file}.gz`);
  await rm(file, { force: true });
}
