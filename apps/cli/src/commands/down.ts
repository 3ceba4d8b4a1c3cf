import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { engineState, stopOwnEngine, type EngineState } from '../checks/engine';
import { removeFromUserKubeconfig } from '../cluster/kubeconfig';
import { clusterContainers } from '../cluster/nodes';
import { stateDirectory, t8sHome } from '../cluster/paths';
import { docker, lines } from '../docker/docker';
import { Problem } from '../problem';
import { removeImages } from './images';

/** By label, so that it also works when files of the cluster are gone or half made. */
async function removeLabelled(kind: 'network' | 'volume', cluster: string): Promise<void> {
  const names = lines(await docker([kind, 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${cluster}`]));
  if (names.length) await docker([kind, 'rm', ...names]);
}

/** A cluster whose containers cannot be removed now would come back with Docker, and its files would be gone. */
export function downProblem(cluster: string, engine: EngineState, isKnown: boolean): Problem | undefined {
  if (engine === 'running' || engine === 'missing' || !isKnown) return undefined;
  return new Problem(`Docker does not answer, so the containers of "${cluster}" cannot be removed.`, 'Start Docker (or get the right to use it), then run ./t8s down again.');
}

/** Removes a cluster with its data; images stay for the next one unless `all`. Idempotent. @throws Problem when Docker does not answer */
export async function down(cluster: string, all: boolean): Promise<void> {
  const engine = await engineState();
  const problem = downProblem(cluster, engine, existsSync(stateDirectory(cluster)));
  if (problem) throw problem;
  if (engine === 'running') {
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
