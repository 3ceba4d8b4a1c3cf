import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { quantityToNumber } from '@typernetes/machinery';
import type { VolumeKind } from '../volume-kind';

const run = promisify(execFile);

/** Mount points as the kernel lists them. */
async function isMounted(dir: string): Promise<boolean> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table.split('\n').some((line) => line.split(' ')[4] === dir);
}

/** A directory of the pod's own, in memory when it says so. Lives as long as the pod. */
export const emptyDirVolume: VolumeKind = {
  folder: 'kubernetes.io~empty-dir',
  handles: (volume) => volume.emptyDir !== undefined,
  async setUp({ volume, dir }) {
    const isNew = !(await stat(dir).catch(() => undefined));
    await mkdir(dir, { recursive: true });
    if (volume.emptyDir?.medium === 'Memory' && !(await isMounted(dir))) {
      const size = quantityToNumber(volume.emptyDir.sizeLimit ?? '0', 'one');
      await run('mount', ['-t', 'tmpfs', ...(size > 0 ? ['-o', `size=${size}`] : []), 'tmpfs', dir]);
      await chmod(dir, 0o777);
    } else if (isNew) await chmod(dir, 0o777);
    return dir;
  },
  async tearDown(dir) {
    if (await isMounted(dir)) await run('umount', [dir]);
  },
};
