/**
 * Runs Jest with the arguments given (`--option=value` in one word). Where T8S_SECOND_TRIES names a file (in `./t8s test`), spec files that failed run
 * once more, each from its beginning, with processes and data of its own: what needs real processes, kernels and clocks
 * shares its machine, and half an hour of tests should not end red for one hiccup. The error of the first try has been
 * printed by then, and the names of those files go into that file, which the run prints at its end: they are to be mended.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const reporter = path.join(path.dirname(fileURLToPath(import.meta.url)), 'failed-specs-reporter.cjs');
const configured = process.argv.slice(2);
const secondTries = process.env.T8S_SECOND_TRIES;

function jest(args, environment = {}) {
  const { status, error } = spawnSync('npx', ['jest', ...args], { stdio: 'inherit', env: { ...process.env, ...environment } });
  if (error) throw error;
  return status ?? 1;
}

function jestTwice() {
  const directory = mkdtempSync(path.join(tmpdir(), 't8s-specs-'));
  const list = path.join(directory, 'failed');
  try {
    const status = jest([...configured, '--reporters=default', `--reporters=${reporter}`], { T8S_FAILED_SPECS: list });
    const failed = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
    // Red without a failed file: Jest itself could not run.
    if (status === 0 || failed.length === 0) return status;
    process.stdout.write(`\nSecond try of ${failed.join(', ')}\n`);
    const options = configured.filter((argument) => argument.startsWith('--'));
    const secondStatus = jest([...options, '--runTestsByPath', ...failed]);
    if (secondStatus === 0) appendFileSync(secondTries, failed.map((file) => `${file}\n`).join(''));
    return secondStatus;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = secondTries ? jestTwice() : jest(configured);
