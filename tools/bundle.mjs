/**
 * Bundles one app into one file: `node tools/bundle.mjs apps/apiserver` writes dist/apps/apiserver/main.js.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/bundle.mjs apps/<app>');
  process.exit(2);
}

await build({
  absWorkingDir: root,
  entryPoints: [path.join(project, 'src/main.ts')],
  outfile: path.join('dist', project, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  // Optional natives that their packages do without.
  external: ['cpu-features', '*.node'],
  logLevel: 'warning',
});
