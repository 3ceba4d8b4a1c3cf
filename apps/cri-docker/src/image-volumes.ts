import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, realpath, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import type Docker from 'dockerode';
import { CriError } from './errors';

const run = promisify(execFile);

/** What the kubelet looks for to tell such failures from others (CRI API, errors of CreateContainer). */
const failed = (message: string, cause?: unknown): CriError => new CriError(status.INTERNAL, `ImageVolumeMountFailed: ${message}`, { cause });

const inMountTable = (dir: string, table: string): boolean => table.split('\n').some((line) => line.split(' ')[4] === dir);

/** Layer directories of an image as Docker's overlay2 driver names them, the topmost first. */
function layersOf({ GraphDriver: driver }: Docker.ImageInspectInfo): string[] {
  if (driver.Name !== 'overlay2') throw failed(`images can be mounted with Docker's storage driver overlay2, not with ${driver.Name}`);
  const { UpperDir = '', LowerDir = '' } = driver.Data as unknown as { UpperDir?: string; LowerDir?: string };
  return [...UpperDir.split(':'), ...LowerDir.split(':')].filter(Boolean);
}

/** `l/<short name>`, below the driver's directory: a mount's options have to fit into one page of memory. */
async function shortName(layer: string): Promise<string> {
  return path.join('l', (await readFile(path.join(path.dirname(layer), 'link'), 'utf8')).trim());
}

/**
 * Images as read-only directories that containers can mount (KEP-4639): overlay mounts of the layers that Docker keeps.
 * Docker itself mounts images only from Engine 28 on.
 */
export class ImageVolumes {
  private last: Promise<unknown> = Promise.resolve();

  /** `root`: a directory of its own; what is mounted below it outlives the shim. */
  constructor(private readonly root: string) {}

  /** One at a time: nothing is unmounted between a mount and the creation of the container that wants it. */
  exclusive<T>(action: () => Promise<T>): Promise<T> {
    const done = this.last.then(action);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** The directory with the image's files, or the path in it. @throws CriError when it cannot be mounted or has no such path */
  async pathOf(image: Docker.ImageInspectInfo, subPath: string): Promise<string> {
    const dir = await this.mount(image.Id.replace(/^sha256:/, ''), image);
    if (!subPath) return dir;
    const wanted = await realpath(path.join(dir, subPath)).catch((error: unknown) => {
      throw failed(`subpath ${JSON.stringify(subPath)} is not in the image`, error);
    });
    if (!wanted.startsWith(`${dir}/`)) throw failed(`subpath ${JSON.stringify(subPath)} leads out of the image`);
    return wanted;
  }

  /** Unmounts the images that are not among those of `wanted`, by id; it is only asked when there are some. */
  async keepOnly(wanted: () => Promise<ReadonlySet<string>>): Promise<void> {
    const mounted = await readdir(this.root).catch(() => []);
    if (mounted.length === 0) return;
    const kept = await wanted();
    for (const id of mounted) {
      if (kept.has(`sha256:${id}`)) continue;
      const dir = path.join(this.root, id);
      if (inMountTable(dir, await mountTable())) await run('umount', [dir]);
      await rmdir(dir);
    }
  }

  private async mount(id: string, image: Docker.ImageInspectInfo): Promise<string> {
    const dir = path.join(this.root, id);
    await mkdir(dir, { recursive: true });
    if (inMountTable(dir, await mountTable())) return dir;
    const layers = layersOf(image);
    const [top] = layers;
    if (!top) throw failed('the image has no layers');
    try {
      const options = ['ro', 'noexec', 'nodev', 'nosuid'];
      if (layers.length === 1) {
        await run('mount', ['--bind', top, dir]);
        await run('mount', ['-o', ['remount', 'bind', ...options].join(), dir]);
      } else {
        const names = await Promise.all(layers.map(shortName));
        // Short names are relative to the driver's directory.
        await run('mount', ['-t', 'overlay', '-o', [...options, `lowerdir=${names.join(':')}`].join(), 'overlay', dir], { cwd: path.dirname(path.dirname(top)) });
      }
    } catch (error) {
      throw failed(error instanceof Error ? error.message.trim() : String(error), error);
    }
    return dir;
  }
}

const mountTable = (): Promise<string> => readFile('/proc/self/mountinfo', 'utf8');
