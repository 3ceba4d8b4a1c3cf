import type { Stats } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import type { VolumeKind } from '../volume-kind';

const checks: Record<string, [(found: Stats) => boolean, string]> = {
  Directory: [(found) => found.isDirectory(), 'a directory'],
  DirectoryOrCreate: [(found) => found.isDirectory(), 'a directory'],
  File: [(found) => found.isFile(), 'a file'],
  FileOrCreate: [(found) => found.isFile(), 'a file'],
  Socket: [(found) => found.isSocket(), 'a socket file'],
  CharDevice: [(found) => found.isCharacterDevice(), 'a character device'],
  BlockDevice: [(found) => found.isBlockDevice(), 'a block device'],
};

/** A path of the node itself. */
export const hostPathVolume: VolumeKind = {
  folder: 'kubernetes.io~host-path',
  handles: (volume) => volume.hostPath !== undefined,
  async setUp({ volume }) {
    const { path = '', type = '' } = volume.hostPath ?? {};
    let found = await stat(path).catch(() => undefined);
    if (!found && type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
    if (!found && type === 'FileOrCreate') await writeFile(path, '', { mode: 0o644 });
    const check = checks[type];
    if (!check) return path;
    found ??= await stat(path).catch(() => undefined);
    if (!found || !check[0](found)) throw new Error(`hostPath type check failed: ${path} is not ${check[1]}`);
    return path;
  },
};
