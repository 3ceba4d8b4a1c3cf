import { createHash } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { nodeEngineFlags } from '../checks/privileged';
import { imageCache, t8sHome } from '../cluster/paths';
import { docker, dockerToFile } from '../docker/docker';
import { CommandError } from '../run-command';

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

/** Writes a file under its name only when it is whole. */
async function complete(file: string, write: (part: string) => Promise<unknown>): Promise<void> {
  if (await exists(file)) return;
  const part = `${file}.${process.pid}`;
  try {
    await write(part);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

export interface NodeImages {
  /** What every node needs from its first second (pause, dns). */
  references: readonly string[];
  nodeImage: string;
  /** Whether containers may be privileged; see docker/node.yaml. */
  privileged: boolean;
}

/** The data of an Engine that has loaded the archives in `directory`; see docker/node/seed.sh. */
async function writeSeed(directory: string, { nodeImage, privileged }: NodeImages, file: string): Promise<void> {
  const volumes = ['--tmpfs', '/run:exec', '--volume', '/var/lib/docker', '--volume', `${directory}:/opt/t8s/images:ro`];
  const flags = await nodeEngineFlags(privileged);
  const target = await open(file, 'w');
  try {
    await dockerToFile(['run', '--rm', ...flags, '--network', 'none', ...volumes, '--entrypoint', '/opt/t8s/seed.sh', nodeImage], target.fd);
  } finally {
    await target.close();
  }
}

/**
 * The images that nodes start with: as an archive, and as data of an Engine that has them, which a new node takes over
 * in a fraction of the time. Both are shared by all nodes, read only, and made again only when an image changed.
 * @returns the directory that nodes mount.
 */
export async function ensureNodeImages(images: NodeImages): Promise<string> {
  const { references } = images;
  const ids = await docker(['image', 'inspect', '--format', '{{.Id}} {{.RepoTags}}', ...references]);
  const name = createHash('sha256').update(ids).digest('hex').slice(0, 12);
  const directory = path.join(imageCache(), name);
  await mkdir(directory, { recursive: true });
  await complete(path.join(directory, `${name}.images.tar`), (part) => docker(['save', '--output', part, ...references]));
  await complete(path.join(directory, 'seed.tar'), (part) => writeSeed(directory, images, part)).catch((error: unknown) => {
    // Nodes load the archive then.
    if (!(error instanceof CommandError)) throw error;
  });
  await removeUnused(name);
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
