/**
 * The one Jest configuration: swc compiles TypeScript (types are checked by `npm run typecheck`),
 * `@typernetes/*` resolves to sources, and ESM-only packages are compiled to CommonJS too.
 */
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const esmOnlyPackages = ['jose', '@marcbachmann/cel-js', 'listr2', '@kubernetes/client-node', '@kubernetes/client-node-v1', 'openid-client', 'oauth4webapi', 'parse5-html-rewriting-stream', 'parse5-sax-parser'];

module.exports = (projectRoot) => ({
  displayName: path.basename(projectRoot),
  rootDir: projectRoot,
  testEnvironment: 'node',
  // A loaded machine makes everything slow; only what hangs is to fail by this.
  testTimeout: 60_000,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  transform: {
    '^.+\\.(m?js|ts)$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnlyPackages.join('|')})/)`],
  moduleNameMapper: {
    '^@typernetes/app-(.*)$': path.join(root, 'apps/$1/src/index.ts'),
    '^@typernetes/(.*)$': path.join(root, 'libs/$1/src/index.ts'),
  },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json', 'node'],
});
