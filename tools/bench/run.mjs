/** Runs a benchmark of this folder from source: `node tools/bench/run.mjs managed-fields`. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const [name] = process.argv.slice(2);
if (!name) {
  console.error('usage: node tools/bench/run.mjs <benchmark>');
  process.exit(2);
}
const directory = mkdtempSync(path.join(os.tmpdir(), 't8s-bench-'));
const outfile = path.join(directory, `${name}.mjs`);
try {
  await build({
    entryPoints: [path.join(here, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfig: path.join(here, '../../tsconfig.base.json'),
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
