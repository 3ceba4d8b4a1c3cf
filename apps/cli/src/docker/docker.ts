import { spawn } from 'node:child_process';
import { CommandError, runCommand, type RunOptions } from '../run-command';

/** `docker …`; gives what it prints. */
export function docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return runCommand('docker', args, options);
}

/** Whether `docker …` ends well. */
export async function dockerSucceeds(args: readonly string[]): Promise<boolean> {
  return docker(args).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandError) return false;
      throw error;
    },
  );
}

export const imageExists = (reference: string): Promise<boolean> => dockerSucceeds(['image', 'inspect', reference]);

/** Lines of what a command prints, without empty ones. */
export const lines = (text: string): string[] => text.split('\n').filter(Boolean);

/** `docker A | docker B`, without a file between them. */
export async function dockerPipe(source: readonly string[], target: readonly string[]): Promise<void> {
  const from = spawn('docker', source, { stdio: ['ignore', 'pipe', 'pipe'] });
  const to = spawn('docker', target, { stdio: [from.stdout, 'ignore', 'pipe'] });
  // The child holds the pipe now; ours would keep it open.
  from.stdout.destroy();
  await Promise.all([ended(from, source), ended(to, target)]);
}

/** `docker … >file`. */
export function dockerToFile(args: readonly string[], file: number): Promise<void> {
  return ended(spawn('docker', args, { stdio: ['ignore', file, 'pipe'] }), args);
}

function ended(child: ReturnType<typeof spawn>, args: readonly string[]): Promise<void> {
  const stderr: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new CommandError(['docker', ...args], code, Buffer.concat(stderr).toString()))));
  });
}
