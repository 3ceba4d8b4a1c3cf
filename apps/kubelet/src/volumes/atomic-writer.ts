import { chmod, lchown, lstat, mkdir, readFile, readdir, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface PayloadFile {
  data: Buffer;
  mode: number;
  /** Who owns it; root when absent. */
  uid?: number;
}

/** Files by path relative to the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const dataLink = '..data';

/** With fsGroup its members may read too. */
const modeOf = ({ mode }: PayloadFile, gid: number | undefined): number => (gid === undefined ? mode : mode | 0o440);

async function isCurrent(dir: string, payload: Payload, gid: number | undefined): Promise<boolean> {
  const current = await readlink(path.join(dir, dataLink)).catch(() => undefined);
  if (current === undefined) return false;
  for (const [name, file] of payload) {
    const target = path.join(dir, dataLink, name);
    const there = await readFile(target).catch(() => undefined);
    if (!there?.equals(file.data)) return false;
    if (((await stat(target)).mode & 0o7777) !== modeOf(file, gid)) return false;
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
  if (await isCurrent(dir, payload, options.gid)) return false;
  const before = await readlink(path.join(dir, dataLink)).catch(() => undefined);
  const name = `..${options.stamp}`;
  const fresh = path.join(dir, name);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o755 });
  await chmod(fresh, 0o755);
  for (const [name, file] of payload) {
    const target = path.join(fresh, name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.data);
    if (options.gid !== undefined || file.uid !== undefined) await lchown(target, file.uid ?? 0, options.gid ?? 0);
    await chmod(target, modeOf(file, options.gid));
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
