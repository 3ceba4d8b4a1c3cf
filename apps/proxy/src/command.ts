import { spawn } from 'node:child_process';

/** A program that ended with an exit code other than 0, or could not be run at all (code null). */
export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(`${command}: ${stderr.trim() || `exit code ${exitCode}`}`);
    this.name = 'CommandError';
  }
}

/** Runs a program to its end and gives its stdout. @throws CommandError */
export type RunCommand = (program: string, args: readonly string[], stdin?: string) => Promise<string>;

export const runCommand: RunCommand = (program, args, stdin = '') =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program that does not read its input is told by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const name = [program, ...args].join(' ');
    child.once('error', (error) => reject(new CommandError(name, null, error.message)));
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(stdout).toString());
      else reject(new CommandError(name, code, Buffer.concat(stderr).toString()));
    });
  });
