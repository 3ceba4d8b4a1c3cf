/** Writes the paths of spec files that failed, one per line, into the file that T8S_FAILED_SPECS names. */
const { writeFileSync } = require('node:fs');

module.exports = class FailedSpecsReporter {
  onRunComplete(_contexts, { testResults }) {
    const failed = testResults.filter(({ numFailingTests, testExecError }) => numFailingTests > 0 || testExecError);
    writeFileSync(process.env.T8S_FAILED_SPECS, failed.map(({ testFilePath }) => `${testFilePath}\n`).join(''));
  }
};
