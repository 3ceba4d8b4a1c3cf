/**
 * Runs one app from source and starts it anew when a source file changes:
 *   npx nx serve scheduler -- --kubeconfig ...     on this machine, with the app's own flags
 *   npx nx serve kubelet -- --in t8s-worker-1      inside a node, in place of the one that its image brought
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './bundle-options.mjs';
import { serveInNode } from './serve-in-node.mjs';

function serveHere(project, args) {
  const child = spawn(
    process.execPath,
    [path.join(root, 'node_modules/tsx/dist/cli.mjs'), 'watch', '--tsconfig', path.join(root, 'tsconfig.json'), path.join(root, project, 'src/main.ts'), ...args],
    { stdio: 'inherit', cwd: root },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

const [project, ...args] = process.argv.slice(2);
// Nx hands on `--in node` as it is, and as `--in=node`.
const container = args[0] === '--in' ? args[1] : /^--in=(.+)$/.exec(args[0] ?? '')?.[1];
if (container) await serveInNode(project, container);
else serveHere(project, args);
