import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkout } from '../cluster/paths';
import { Problem } from '../problem';
import { passThrough } from '../run-command';

/** Runs a whole Kubernetes in one process, in the foreground; flags are those of the standalone app. @returns its exit code */
export async function dev(args: readonly string[]): Promise<number> {
  const bundle = path.join(checkout(), 'dist/apps/standalone/main.js');
  if (!existsSync(bundle)) throw new Problem('The standalone app is not built.', 'Run ./t8s from the checkout, which builds it.');
  // The terminal's Ctrl-C goes to the whole group: the child ends by it, and we end with the child.
  process.on('SIGINT', () => undefined);
  return passThrough(process.execPath, [bundle, ...args], { env: { NODE_PATH: path.join(checkout(), 'node_modules'), ...process.env } });
}
