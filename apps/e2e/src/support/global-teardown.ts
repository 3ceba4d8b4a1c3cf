import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { cluster, environment, t8s, t8sHome } from './cluster';
import { must } from './run';

/** What Docker still has of the cluster, and what lies on the disk and in the kubeconfig. */
async function leftovers(): Promise<string[]> {
  const filter = ['--filter', `label=com.docker.compose.project=${cluster}`];
  const inDocker = await Promise.all([['ps', '--all'], ['network', 'ls'], ['volume', 'ls']].map((list) => must('docker', [...list, '--quiet', ...filter])));
  const state = path.join(t8sHome, 'clusters', cluster);
  const contexts = await readFile(environment.KUBECONFIG, 'utf8');
  return [...inDocker.flatMap((text) => text.split('\n').filter(Boolean)), ...(existsSync(state) ? [state] : []), ...(contexts.includes(cluster) ? [environment.KUBECONFIG] : [])];
}

export default async function teardown(): Promise<void> {
  if (process.env['T8S_E2E_KEEP']) return;
  await t8s('down');
  const left = await leftovers();
  await rm(environment.KUBECONFIG, { force: true });
  if (left.length > 0) throw new Error(`down left behind: ${left.join(', ')}`);
}
