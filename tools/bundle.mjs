/**
 * Bundles one app into one file: `node tools/bundle.mjs apps/apiserver` writes dist/apps/apiserver/main.js.
 */
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.mjs';

const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/bundle.mjs apps/<app>');
  process.exit(2);
}

await build(bundleOptions({ entry: `${project}/src/main.ts`, outfile: `dist/${project}/main.js` }));
