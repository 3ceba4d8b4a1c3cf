import type { ClusterParts } from '../cluster/compose-files';
import { privilegedWorks } from '../checks/privileged';
import { ensureNodeImages } from '../images/archive';
import { ImageSource } from '../images/bootstrap';
import { builtImages, ensureOwnImage } from '../images/build';
import { debianImage, etcdImage, ownImages, pauseImage } from '../images/catalogue';
import { docker, dockerSucceeds, lines } from '../docker/docker';

/** Everything that a cluster starts from; what exists is not made again. */
export async function ensureImages(progress: (what: string) => void): Promise<ClusterParts> {
  const source = new ImageSource();
  progress(debianImage);
  await source.ensureDebian();
  const built = new Map<string, string>();
  for (const image of ownImages) {
    progress(`typernetes/${image.name}`);
    built.set(image.name, await ensureOwnImage(image, built));
  }
  for (const image of [etcdImage, pauseImage]) {
    progress(image.reference);
    await source.ensure(image);
  }
  const reference = (name: string): string => built.get(name) ?? `typernetes/${name}:latest`;
  progress('images of the nodes');
  const privileged = await privilegedWorks(reference('base'));
  const imagesDirectory = await ensureNodeImages({ references: [pauseImage.reference, reference('dns')], nodeImage: reference('node'), privileged });
  return {
    etcdImage: etcdImage.reference,
    controlPlaneImage: reference('control-plane'),
    nodeImage: reference('node'),
    dnsImage: reference('dns'),
    imagesDirectory,
    privileged,
  };
}

/** Removes every image that we built from the host's Docker. */
export async function removeImages(): Promise<void> {
  const named = lines(await docker(['image', 'ls', '--quiet', '--filter', 'reference=typernetes/*']));
  const ids = [...new Set([...named, ...(await builtImages())])];
  // One that a container of another cluster uses stays.
  for (const id of ids) await dockerSucceeds(['image', 'rm', '--force', id]);
}
