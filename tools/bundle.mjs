/**
 * Bundles one app into one file: `node tools/bundle.mjs apps/apiserver` writes dist/apps/apiserver/main.js.
 */
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/bundle.mjs apps/<app>');
  process.exit(2);
}

/** grpc-health-check reads its .proto from its own folder at run time; in a bundle that folder is beside main.js. */
const healthProto = {
  name: 'grpc-health-check proto',
  setup(bundler) {
    bundler.onLoad({ filter: /grpc-health-check\/build\/src\/health\.js$/ }, ({ path: file }) => {
      cpSync(path.join(path.dirname(file), '../../proto'), path.join(root, 'dist', project, 'proto'), { recursive: true });
      return { contents: readFileSync(file, 'utf8').replaceAll('../../proto', 'proto'), loader: 'js' };
    });
  },
};

/** etcd3 does the same with its own. */
const etcdProto = {
  name: 'etcd3 proto',
  setup(bundler) {
    bundler.onLoad({ filter: /etcd3\/lib\/connection-pool\.js$/ }, ({ path: file }) => {
      cpSync(path.join(path.dirname(file), '../proto'), path.join(root, 'dist', project, 'proto'), { recursive: true });
      return { contents: readFileSync(file, 'utf8').replaceAll('../proto', 'proto'), loader: 'js' };
    });
  },
};

/** @grpc/reflection too. */
const reflectionProto = {
  name: '@grpc/reflection proto',
  setup(bundler) {
    bundler.onLoad({ filter: /@grpc\/reflection\/build\/src\/implementations\/reflection-v1(alpha)?\.js$/ }, ({ path: file }) => {
      cpSync(path.join(path.dirname(file), '../../proto'), path.join(root, 'dist', project, 'proto'), { recursive: true });
      return { contents: readFileSync(file, 'utf8').replaceAll('../../proto', 'proto'), loader: 'js' };
    });
  },
};

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
  external: ['cpu-features', '*.node', 'lmdb'],
  plugins: [healthProto, etcdProto, reflectionProto],
  logLevel: 'warning',
});
