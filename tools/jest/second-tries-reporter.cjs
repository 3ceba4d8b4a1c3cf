/** Writes the names of tests that needed a second try into the file that T8S_SECOND_TRIES names. */
const { appendFileSync } = require('node:fs');

module.exports = class SecondTriesReporter {
  onTestResult(_test, { testFilePath, testResults }) {
    for (const { invocations, fullName, status } of testResults) {
      if (invocations > 1 && status === 'passed') appendFileSync(process.env.T8S_SECOND_TRIES, `${testFilePath}: ${fullName}\n`);
    }
  }
};
