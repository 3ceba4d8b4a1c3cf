import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { imageCache, t8sHome } from '../cluster/paths';
import { docker } from '../docker/docker';

/**
 * One archive with the images that every node needs from its first second (pause, dns). It is shared by all nodes, read
 * only, and made again only when an image changed.
 * @returns the directory that nodes mount.
 */
export async function ensureNodeImages(references: readonly string[]): Promise<string> {
  const ids = await docker(['image', 'inspect', '--format', '{{.Id}} {{.RepoTags}}', ...references]);
  const name = createHash('sha256').update(ids).digest('hex').slice(0, 12);
  const directory = path.join(imageCache(), name);
  const archive = path.join(directory, `${name}.tar`);
  const exists = await access(archive).then(() => true, () => false);
  if (!exists) {
    await mkdir(directory, { recursive: true });
    await docker(['save', '--output', `${archive}.part`, ...references]);
    await rename(`${archive}.part`, archive);
    await removeUnused(name);
  }
  return directory;
}

/** Removes archives that no cluster mounts. */
async function removeUnused(current: string): Promise<void> {
  const clusters = path.join(t8sHome(), 'clusters');
  const names = await readdir(clusters).catch(() => []);
  const variables = await Promise.all(names.map((name) => readFile(path.join(clusters, name, 'env'), 'utf8').catch(() => '')));
  for (const other of await readdir(imageCache())) {
    if (other === current || variables.some((text) => text.includes(other))) continue;
    await rm(path.join(imageCache(), other), { recursive: true, force: true });
  }
}
