import { EnvironmentError } from '@typernetes/component';
import { UnusableDirectoryError } from '@typernetes/storage';

interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
}

const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; choose another one with --port, or 0 for any free one',
  EADDRNOTAVAIL: 'the address of --bind-address is none of this machine',
  EACCES: 'not allowed; ports below 1024 need root',
};

/** What the machine or the flags are to blame for, in one line; anything else is our own mistake and stays as it is. */
export function startProblem(error: unknown, { address, dataDir }: { address: string; dataDir: string }): unknown {
  if (error instanceof UnusableDirectoryError) return new EnvironmentError(`--data-dir ${dataDir}: ${error.message}`, 1, { cause: error });
  if (!(error instanceof Error)) return error;
  const { code = '', syscall, path } = error as SystemError;
  if (syscall === 'listen') return new EnvironmentError(`cannot listen on ${address}: ${listenProblems[code] ?? code}`, 1, { cause: error });
  if (path !== undefined && code.startsWith('E')) return new EnvironmentError(`--data-dir ${dataDir}: ${error.message}`, 1, { cause: error });
  return error;
}
