/** How esbuild makes one file of an entry point; shared by the apps' bundles and the npm packages. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Packages that read .proto files from their own folder at run time; in a bundle that folder is beside the bundle.
 * `from`: how their code names it, `folder`: where it lies, seen from the file.
 */
const protoReaders = [
  { name: 'grpc-health-check', filter: /grpc-health-check\/build\/src\/health\.js$/, folder: '../../proto' },
  { name: 'etcd3', filter: /etcd3\/lib\/connection-pool\.js$/, folder: '../proto' },
  { name: '@grpc/reflection', filter: /@grpc\/reflection\/build\/src\/implementations\/reflection-v1(alpha)?\.js$/, folder: '../../proto' },
];

const keepProtos = (outdir) =>
  protoReaders.map(({ name, filter, folder }) => ({
    name: `${name} proto`,
    setup(bundler) {
      bundler.onLoad({ filter }, ({ path: file }) => {
        cpSync(path.join(path.dirname(file), folder), path.join(outdir, 'proto'), { recursive: true });
        return { contents: readFileSync(file, 'utf8').replaceAll(folder, 'proto'), loader: 'js' };
      });
    },
  }));

/** The commit that a bundle is made of, for `/version`; a copy without its history has none to tell. */
function commitOf() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

/** Paths are relative to the root of the checkout. */
export const bundleOptions = ({ entry, outfile }) => ({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // require() of what is kept outside is quicker than import(), which would set up the loader of ES modules for lmdb alone.
  supported: { 'dynamic-import': false },
  // Node.js keeps the whole text in memory; names stay, and lines, of which it prints the one that failed, are short.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160,
  sourcemap: 'linked',
  define: { 'process.env.T8S_COMMIT': JSON.stringify(commitOf()) },
  // Optional natives that their packages do without; lmdb brings its own binary.
  external: ['cpu-features', '*.node', 'lmdb'],
  plugins: keepProtos(path.resolve(root, path.dirname(outfile))),
  logLevel: 'warning',
});
