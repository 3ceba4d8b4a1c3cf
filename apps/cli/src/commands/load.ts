import { ImageSource } from '../images/bootstrap';
import { exampleImages } from '../images/catalogue';
import { imageExists, dockerPipe } from '../docker/docker';
import { clusterContainers, isWorker } from '../cluster/nodes';
import { requireSettings } from '../cluster/state';
import { Problem } from '../problem';

/** Makes sure that the host has the image: as it is, pulled, or (images of the walk-through) built. */
async function ensureOnHost(reference: string, source: ImageSource): Promise<void> {
  if (await imageExists(reference)) return;
  const tagged = reference.includes(':') ? reference : `${reference}:latest`;
  const image = exampleImages.find((example) => example.reference === tagged);
  if (!image) throw new Problem(`There is no image "${reference}" in your Docker.`, `Build or pull it first: docker pull ${reference}`);
  const base = exampleImages.find((example) => example.reference === image.from);
  if (base) await source.ensure(base);
  await source.ensure(image);
}

/** Copies images of the host's Docker into every node. */
export async function load(cluster: string, references: readonly string[]): Promise<void> {
  await requireSettings(cluster);
  const source = new ImageSource();
  for (const reference of references) await ensureOnHost(reference, source);
  const workers = (await clusterContainers(cluster)).filter((container) => isWorker(container) && container.state === 'running');
  if (workers.length === 0) throw new Problem(`No node of "${cluster}" runs.`, 'Run ./t8s start first.');
  await Promise.all(workers.map(({ name }) => dockerPipe(['save', ...references], ['exec', '--interactive', name, 'docker', 'load', '--quiet'])));
  console.log(`Loaded ${references.join(', ')} into ${workers.map(({ service }) => service).join(', ')}.`);
}
