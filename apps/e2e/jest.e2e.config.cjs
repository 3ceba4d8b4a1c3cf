/** End to end: one cluster for all suites, which run one after the other in the order of their names. */
const base = require('./jest.config.cjs');

module.exports = {
  ...base,
  displayName: 'e2e',
  testMatch: ['<rootDir>/src/**/*.e2e.spec.ts'],
  globalSetup: '<rootDir>/src/support/global-setup.ts',
  globalTeardown: '<rootDir>/src/support/global-teardown.ts',
  testSequencer: '<rootDir>/src/support/by-name.cjs',
  testTimeout: 180_000,
  maxWorkers: 1,
};
