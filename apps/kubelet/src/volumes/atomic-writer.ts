import { chmod, lchown, lstat, mkdir, readFile, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface PayloadFile {
  data: Buffer;
  mode: number;
}

/** Files by path relative to the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const dataLink = '..data';

async function isCurrent(dir: string, payload: Payload): Promise<boolean> {
  const current = await readlink(path.join(dir, dataLink)).catch(() => undefined);
  if (current === undefined) return false;
  for (const [name, { data }] of payload) {
    const there = await readFile(path.join(dir, dataLink, name)).catch(() => undefined);
    if (!there?.equals(data)) return false;
  }
  return (await filesBelow(path.join(dir, current))).length === payload.size;
}

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/**
 * Puts files into a volume so that a reader sees all of the old ones or all of the new ones: they are written to a new
 * directory, and one rename of the link `..data` makes it the current one. The names that users see are links through
 * `..data`. `stamp` names the new directory. Gives back whether anything changed.
 */
export async function writeAtomically(dir: string, payload: Payload, options: { stamp: string; gid?: number }): Promise<boolean> {
  await mkdir(dir, { recursive: true });
  if (await isCurrent(dir, payload)) return false;
  const before = await readlink(path.join(dir, dataLink)).catch(() => undefined);
  const name = `..${options.stamp}`;
  const fresh = path.join(dir, name);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o755 });
  await chmod(fresh, 0o755);
  for (const [file, { data, mode }] of payload) {
    const target = path.join(fresh, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, data);
    if (options.gid !== undefined) await lchown(target, 0, options.gid);
    // With fsGroup its members may read too.
    await chmod(target, options.gid === undefined ? mode : mode | 0o440);
  }
  const temporary = path.join(dir, '..data_tmp');
  await rm(temporary, { force: true });
  await symlink(name, temporary);
  await rename(temporary, path.join(dir, dataLink));
  await linkNames(dir, payload);
  if (before !== undefined && before !== name) await rm(path.join(dir, before), { recursive: true, force: true });
  return true;
}

async function linkNames(dir: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((file) => file.split('/')[0] ?? file));
  for (const name of wanted) {
    const link = path.join(dir, name);
    if (!(await lstat(link).catch(() => undefined))) await symlink(path.join(dataLink, name), link);
  }
  for (const entry of await readdir(dir)) {
    if (!entry.startsWith('..') && !wanted.has(entry)) await rm(path.join(dir, entry), { force: true });
  }
}
