/**
 * Makes the npm packages: `node tools/pack.mjs [folder]` writes dist/packages/typernetes (the command `typernetes dev`)
 * and dist/packages/testing (the test library), and a tarball of each beside them.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root } from './bundle-options.mjs';

const packages = path.resolve(process.argv[2] ?? path.join(root, 'dist/packages'));
const workspace = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What both packages say. The bundle carries everything but lmdb, which has a binary for each platform. */
const common = {
  version: workspace.version,
  license: workspace.license,
  engines: workspace.engines,
  dependencies: { lmdb: workspace.dependencies.lmdb },
};

async function makePackage({ name, entry, file, manifest, readme }) {
  const folder = path.join(packages, name);
  mkdirSync(folder, { recursive: true });
  const options = bundleOptions({ entry, outfile: path.relative(root, path.join(folder, file)) });
  await build({ ...options, minifySyntax: true, minifyWhitespace: true, keepNames: true, sourcemap: false });
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ ...manifest, ...common }, null, 2)}\n`);
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  cpSync(path.join(root, readme), path.join(folder, 'README.md'));
  return folder;
}

/** Declarations of the test library: its public types stand alone, so two files are all. */
function writeDeclarations(folder) {
  cpSync(path.join(root, 'libs/testing-sdk/src/types.ts'), path.join(folder, 'types.d.ts'));
  const declarations = readFileSync(path.join(root, 'libs/testing-sdk/package/index.d.ts'), 'utf8');
  writeFileSync(path.join(folder, 'index.d.ts'), declarations);
}

rmSync(packages, { recursive: true, force: true });
const command = await makePackage({
  name: 'typernetes',
  entry: 'apps/standalone/src/bin.ts',
  file: 'typernetes.js',
  manifest: { name: 'typernetes', description: workspace.description, bin: { typernetes: 'typernetes.js', t8s: 'typernetes.js' } },
  readme: 'README.md',
});
writeFileSync(path.join(command, 'typernetes.js'), `#!/usr/bin/env node\n${readFileSync(path.join(command, 'typernetes.js'), 'utf8')}`, { mode: 0o755 });

const testing = await makePackage({
  name: 'testing',
  entry: 'libs/testing-sdk/src/index.ts',
  file: 'index.js',
  manifest: {
    name: '@typernetes/testing',
    description: 'A whole Kubernetes in one process, for tests: API, controllers, scheduler, simulated nodes, faults, a clock that can be moved.',
    main: 'index.js',
    types: 'index.d.ts',
  },
  readme: 'libs/testing-sdk/package/README.md',
});
writeDeclarations(testing);

for (const folder of [command, testing]) {
  const tarball = execFileSync('npm', ['pack', '--silent', '--pack-destination', packages], { cwd: folder, encoding: 'utf8' }).trim();
  console.log(path.join(packages, tarball));
}
