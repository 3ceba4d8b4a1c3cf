import path from 'node:path';
import { portProblem } from '../checks/port';
import { docker, dockerSucceeds } from '../docker/docker';
import { dockerBuild } from '../images/build';
import { ImageSource } from '../images/bootstrap';
import { imageExists } from '../docker/docker';
import { CommandError } from '../run-command';
import { checkout, stateDirectory, t8sHome } from './paths';

const composeImage = 'typernetes/compose:latest';

/** The words before compose's own: the plugin, or a container that has it. */
async function composeCommand(): Promise<string[]> {
  if (await dockerSucceeds(['compose', 'version'])) return ['compose'];
  if (!(await imageExists(composeImage))) {
    await new ImageSource().ensureDebian();
    await dockerBuild(path.join(checkout(), 'docker/compose'), [composeImage]);
  }
  // The same paths inside and outside: compose resolves them, the daemon uses them.
  const folders = [path.join(checkout(), 'docker'), t8sHome()];
  const socket = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
  return [
    'run', '--rm', '--network', 'none',
    '--volume', `${socket}:/var/run/docker.sock`,
    ...folders.flatMap((folder) => ['--volume', `${folder}:${folder}:ro`]),
    composeImage,
  ];
}

/** Which files make a cluster: what stands between `docker compose` and the verb. */
export function composeFlags(cluster: string): string[] {
  const state = stateDirectory(cluster);
  return ['--env-file', path.join(state, 'env'), '--file', path.join(checkout(), 'docker/compose.yaml'), '--file', path.join(state, 'workers.yaml')];
}

/**
 * `docker compose …` on the files of one cluster.
 * @throws Problem when a port is taken; CommandError for what else it fails of
 */
export async function compose(cluster: string, args: readonly string[]): Promise<string> {
  const command = [...(await composeCommand()), ...composeFlags(cluster), '--progress', 'plain', ...args];
  return docker(command).catch((error: unknown) => {
    throw (error instanceof CommandError && portProblem(error.stderr)) || error;
  });
}
