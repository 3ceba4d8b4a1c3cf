import type * as nodeTest from 'node:test';

declare global {
  const afterEach: typeof nodeTest.afterEach;
  const beforeEach: typeof nodeTest.beforeEach;
  const describe: typeof nodeTest.describe;
  const it: typeof nodeTest.it;
}
