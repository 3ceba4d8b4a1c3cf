import { spawn, type SpawnOptions } from 'node:child_process';

/** A command that ended with another code than 0. */
export class CommandError extends Error {
  constructor(
    readonly command: readonly string[],
    readonly code: number | null,
    readonly stderr: string,
  ) {
    super(`${command.slice(0, 3).join(' ')} failed${code === null ? '' : ` with code ${code}`}: ${lastLines(stderr)}`);
    this.name = 'CommandError';
  }
}

/** The end of what a command said, as one line; causes stand there. */
function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-500);
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to standard input, which is then closed. */
  input?: string;
  /** Ends the command when it aborts. */
  signal?: AbortSignal;
}

/**
 * Runs a command to its end and gives its standard output.
 * @throws CommandError when it ends with another code than 0, or cannot be started (code null).
 */
export function runCommand(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, signal: options.signal, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString();
    child.on('error', (error) => reject(new CommandError([command, ...args], null, error.message)));
    child.on('close', (code) => (code === 0 ? resolve(text(stdout)) : reject(new CommandError([command, ...args], code, text(stderr) || text(stdout)))));
    // A command that reads nothing closes its end early; its exit code tells whether that was an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a command with our own terminal and gives its exit code. */
export function passThrough(command: string, args: readonly string[], options: Pick<SpawnOptions, 'env' | 'cwd'> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    child.on('error', (error) => reject(new CommandError([command, ...args], null, error.message)));
    child.on('close', (code, signal) => resolve(code ?? (signal ? 128 : 1)));
  });
}
