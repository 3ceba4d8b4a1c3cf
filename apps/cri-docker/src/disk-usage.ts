import { statfs } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Clock } from '@typernetes/machinery';
import { diskUsageMaxAgeMs } from './limits';

export interface ImageDiskUsage {
  mountpoint: string;
  usedBytes: bigint;
  inodesUsed: bigint;
}

/** What images take on disk. The engine counts all layers for it, so an answer is kept for a while. */
export class DiskUsage {
  private last: { at: number; usage: Promise<ImageDiskUsage> } | undefined;

  constructor(
    private readonly docker: Docker,
    private readonly clock: Clock,
  ) {}

  images(): Promise<ImageDiskUsage> {
    const now = this.clock.monotonic();
    if (!this.last || now - this.last.at > diskUsageMaxAgeMs) {
      const usage = this.measure();
      this.last = { at: now, usage };
      usage.catch(() => (this.last = undefined));
    }
    return this.last.usage;
  }

  private async measure(): Promise<ImageDiskUsage> {
    const { DockerRootDir: mountpoint } = (await this.docker.info()) as { DockerRootDir: string };
    const { LayersSize } = (await this.docker.df()) as { LayersSize?: number };
    const disk = await statfs(mountpoint, { bigint: true });
    return { mountpoint, usedBytes: BigInt(LayersSize ?? 0), inodesUsed: disk.files - disk.ffree };
  }
}
