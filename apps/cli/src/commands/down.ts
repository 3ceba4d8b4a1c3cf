import { rm } from 'node:fs/promises';
import { stopOwnEngine } from '../checks/engine';
import { removeFromUserKubeconfig } from '../cluster/kubeconfig';
import { clusterContainers } from '../cluster/nodes';
import { stateDirectory, t8sHome } from '../cluster/paths';
import { docker, dockerSucceeds, lines } from '../docker/docker';
import { removeImages } from './images';

/** By label, so that it also works when files of the cluster are gone or half made. */
async function removeLabelled(kind: 'network' | 'volume', cluster: string): Promise<void> {
  const names = lines(await docker([kind, 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${cluster}`]));
  if (names.length) await docker([kind, 'rm', ...names]);
}

/** Removes a cluster with its data; images stay for the next one unless `all`. Idempotent. */
export async function down(cluster: string, all: boolean): Promise<void> {
  if (await dockerSucceeds(['version'])) {
    const containers = await clusterContainers(cluster);
    // Nothing of it will be read again, so nobody needs to end gracefully.
    await Promise.all(containers.map(({ name }) => docker(['rm', '--force', '--volumes', name])));
    await removeLabelled('network', cluster);
    await removeLabelled('volume', cluster);
    if (all) await removeImages();
  }
  removeFromUserKubeconfig(cluster);
  await rm(stateDirectory(cluster), { recursive: true, force: true });
  await stopOwnEngine();
  if (all) await rm(t8sHome(), { recursive: true, force: true });
  console.log(`The cluster "${cluster}" is gone.`);
}
