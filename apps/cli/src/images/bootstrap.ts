import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { docker, imageExists } from '../docker/docker';
import { Problem } from '../problem';
import { CommandError, runCommand } from '../run-command';
import { checkout } from '../cluster/paths';
import { dockerBuild } from './build';
import { debianImage, type PublicImage } from './catalogue';

/** How long the first pull may take before we hold the registry for unreachable. */
const pullTimeoutMs = 180_000;

/** Where images come from: a registry, or Debian's packages when no registry answers. Found out by the first pull. */
export class ImageSource {
  private registry: boolean | undefined;

  /** Makes sure that the image is in the host's Docker. */
  async ensure(image: PublicImage): Promise<void> {
    if (await imageExists(image.reference)) return;
    if (await this.pull(image.reference)) return;
    await this.ensureDebian();
    await dockerBuild(path.join(checkout(), 'docker', image.standIn), [image.reference]);
  }

  async ensureDebian(): Promise<void> {
    if (await imageExists(debianImage)) return;
    if (await this.pull(debianImage)) return;
    await importDebian();
  }

  private async pull(reference: string): Promise<boolean> {
    if (this.registry === false) return false;
    try {
      await docker(['pull', '--quiet', reference], { signal: AbortSignal.timeout(pullTimeoutMs) });
      this.registry = true;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // A registry that answered before is there: this image alone is missing.
      this.registry ??= false;
      return false;
    }
    return true;
  }
}

/** Makes `debian:trixie-slim` from Debian's packages: what is in it is the same, a registry is not needed. */
async function importDebian(): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-debian-'));
  try {
    const archive = path.join(directory, 'root.tar');
    await runCommand('mmdebstrap', ['--variant=minbase', '--quiet', 'trixie', archive]).catch((cause: unknown) => {
      throw new Problem(
        'No container registry can be reached, and the base image could not be made from Debian packages.',
        'Check the network, or on Debian and Ubuntu install mmdebstrap and run as root.',
        { cause },
      );
    });
    await docker(['import', '--change', 'CMD ["bash"]', archive, debianImage]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
