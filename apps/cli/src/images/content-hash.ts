import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** All files below a folder, relative to it, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Twelve hex digits that stand for names, modes and contents of the given files, and for `salt`. */
export async function contentHash(files: ReadonlyMap<string, string>, salt: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const part of salt) hash.update(`${part}\0`);
  for (const [name, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const executable = ((await stat(file)).mode & 0o100) !== 0;
    hash.update(`${name}\0${executable ? 'x' : '-'}\0`);
    hash.update(await readFile(file));
    hash.update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}
