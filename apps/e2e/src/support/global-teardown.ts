import { rm } from 'node:fs/promises';
import { environment, t8s } from './cluster';

export default async function teardown(): Promise<void> {
  if (process.env['T8S_E2E_KEEP']) return;
  await t8s('down');
  await rm(environment.KUBECONFIG, { force: true });
}
