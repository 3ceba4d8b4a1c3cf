import { statfs } from 'node:fs/promises';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { cri as proto } from '@typernetes/proto';
import type { CriClient } from '../runtime/cri-client';
import { imageMethods, runtimeMethods } from '../runtime/cri-client';

/** An image is kept at least this long after it was first seen (upstream's --minimum-image-ttl-duration). */
const minimumAgeMs = 2 * 60_000;

export interface ImageGcDependencies {
  cri: CriClient;
  clock: Clock;
  logger: Logger;
  highPercent: number;
  lowPercent: number;
  /** References of images that pods have as volumes. */
  volumeImages: () => readonly string[];
}

export interface ImageUse {
  id: string;
  bytes: number;
  lastUsedMs: number;
}

/** The images to remove so that `bytes` come free: least recently used first. */
export function imagesToRemove(unused: readonly ImageUse[], bytes: number): string[] {
  const ids: string[] = [];
  let freed = 0;
  for (const image of [...unused].sort((a, b) => a.lastUsedMs - b.lastUsedMs)) {
    if (freed >= bytes) break;
    ids.push(image.id);
    freed += image.bytes;
  }
  return ids;
}

/** Removes images that nothing uses when the disk is fuller than the high threshold, down to the low one. */
export class ImageGarbageCollector {
  private readonly seen = new Map<string, { firstMs: number; lastUsedMs: number }>();

  constructor(private readonly dependencies: ImageGcDependencies) {}

  private async volumeImageIds(): Promise<string[]> {
    const { cri, volumeImages } = this.dependencies;
    const found = await Promise.all(volumeImages().map((image) => cri.call(imageMethods.imageStatus, { image: proto.ImageSpec.create({ image }), verbose: false })));
    return found.flatMap(({ image }) => image?.id ?? []);
  }

  async run(): Promise<void> {
    const { cri, clock, logger, highPercent, lowPercent } = this.dependencies;
    const nowMs = clock.now();
    const [{ images }, { containers }, { imageFilesystems }] = await Promise.all([
      cri.call(imageMethods.listImages, proto.ListImagesRequest.create()),
      cri.call(runtimeMethods.listContainers, proto.ListContainersRequest.create()),
      cri.call(imageMethods.imageFsInfo, {}),
    ]);
    const used = new Set([...containers.map(({ imageId }) => imageId), ...(await this.volumeImageIds())]);
    for (const { id } of images) {
      const known = this.seen.get(id) ?? { firstMs: nowMs, lastUsedMs: 0 };
      this.seen.set(id, used.has(id) ? { ...known, lastUsedMs: nowMs } : known);
    }
    const mountpoint = imageFilesystems[0]?.fsId?.mountpoint;
    if (!mountpoint) return;
    const disk = await statfs(mountpoint);
    const usedPercent = 100 - (100 * disk.bavail) / disk.blocks;
    if (usedPercent < highPercent) return;
    const bytes = ((usedPercent - lowPercent) / 100) * disk.blocks * disk.bsize;
    const unused = images
      .filter(({ id, pinned }) => !used.has(id) && !pinned && nowMs - (this.seen.get(id)?.firstMs ?? nowMs) >= minimumAgeMs)
      .map(({ id, size }) => ({ id, bytes: Number(size), lastUsedMs: this.seen.get(id)?.lastUsedMs ?? 0 }));
    for (const image of imagesToRemove(unused, bytes)) {
      logger.info({ image }, 'Removing image to free bytes');
      await cri.call(imageMethods.removeImage, { image: proto.ImageSpec.create({ image }) });
      this.seen.delete(image);
    }
  }
}
