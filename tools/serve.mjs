/**
 * Runs one app from source and starts it anew when a source file changes:
 * `npx nx serve scheduler -- --kubeconfig ...`.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [project, ...args] = process.argv.slice(2);
const child = spawn(
  process.execPath,
  [path.join(root, 'node_modules/tsx/dist/cli.mjs'), 'watch', '--tsconfig', path.join(root, 'tsconfig.json'), path.join(root, project, 'src/main.ts'), ...args],
  { stdio: 'inherit', cwd: root },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
