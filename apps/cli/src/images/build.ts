import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkout } from '../cluster/paths';
import { docker, dockerSucceeds, imageExists, lines } from '../docker/docker';
import { CommandError } from '../run-command';
import { contentHash, filesBelow } from './content-hash';
import type { OwnImage } from './catalogue';

/** Name in the build context -> file on disk. */
async function contextOf(image: OwnImage): Promise<Map<string, string>> {
  const folder = path.join(checkout(), 'docker', image.name);
  const context = new Map((await filesBelow(folder)).map((file) => [file, path.join(folder, file)]));
  for (const app of image.apps) {
    const bundle = path.join(checkout(), 'dist/apps', app);
    // Source maps would be the larger half of an image.
    const files = (await filesBelow(bundle)).filter((file) => !file.endsWith('.map'));
    for (const file of files) context.set(`apps/${app}/${file}`, path.join(bundle, file));
  }
  return context;
}

async function buildContext(context: ReadonlyMap<string, string>, tags: readonly string[]): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-build-'));
  try {
    for (const [name, file] of context) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
      await cp(file, path.join(directory, name));
    }
    await dockerBuild(directory, tags);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** On every image that we build, stages included: what it replaces can be found by it. */
const builtLabel = 'io.typernetes.built';

/** `docker build`; the classic builder where buildx is not installed. */
export async function dockerBuild(directory: string, tags: readonly string[]): Promise<void> {
  // The bridge of the host's Docker may have no way out, or be gone; packages come through the host's own network.
  await docker(['build', '--quiet', '--network', 'host', '--label', builtLabel, ...tags.flatMap((tag) => ['--tag', tag]), directory]);
}

/**
 * Builds an image of ours unless one of the same content exists.
 * @returns its reference, `typernetes/<name>:<hash>`; `typernetes/<name>:latest` is the same image.
 */
export async function ensureOwnImage(image: OwnImage, builtBefore: ReadonlyMap<string, string>): Promise<string> {
  const context = await contextOf(image);
  const hash = await contentHash(context, image.from.map((name) => builtBefore.get(name) ?? name));
  const reference = `typernetes/${image.name}:${hash}`;
  const isNew = !(await imageExists(reference));
  if (isNew) await buildContext(context, [reference]);
  // Dockerfiles of the next images name the base without its hash.
  await docker(['tag', reference, `typernetes/${image.name}:latest`]);
  if (isNew) {
    await removeOlder(image.name, reference);
    await removeReplaced();
  }
  return reference;
}

/** Docker prunes for one caller at a time, and refuses the others. */
const pruningAlready = /a prune operation is already running/;

/** Removes builds that lost their last name to a newer one, but for those that a container uses. What is left is for the next time. */
export async function removeReplaced(): Promise<void> {
  await docker(['image', 'prune', '--force', '--filter', `label=${builtLabel}`]).catch((error: unknown) => {
    if (!(error instanceof CommandError && pruningAlready.test(error.stderr))) throw error;
  });
}

/** Ids of all images that we built, stand-ins for public ones included. */
export async function builtImages(): Promise<string[]> {
  return [...new Set(lines(await docker(['image', 'ls', '--all', '--quiet', '--filter', `label=${builtLabel}`])))];
}

/** Earlier builds of an image go, but for those that a container uses. */
async function removeOlder(name: string, current: string): Promise<void> {
  const tags = lines(await docker(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', `typernetes/${name}`]));
  for (const tag of tags) {
    if (tag !== current && !tag.endsWith(':latest')) await dockerSucceeds(['image', 'rm', tag]);
  }
}
