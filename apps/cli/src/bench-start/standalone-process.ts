import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Clock } from '@typernetes/machinery';
import { serverCost } from '../bench-api/server-cost';
import { checkout } from '../cluster/paths';
import { Problem } from '../problem';

const pollMs = 2;

export interface StandaloneFlags {
  readonly directory: string;
  readonly nodes: number;
  readonly isInMemory: boolean;
}

/** Any free port of this machine. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** `t8s dev` as a child, and what it costs. */
export class StandaloneProcess {
  private readonly startedAtMs: number;

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    readonly kubeconfig: string,
    private readonly clock: Clock,
  ) {
    this.startedAtMs = clock.monotonic();
  }

  static async start({ directory, nodes, isInMemory }: StandaloneFlags, clock: Clock): Promise<StandaloneProcess> {
    const bundle = path.join(checkout(), 'dist/apps/standalone/main.js');
    if (!existsSync(bundle)) throw new Problem('The standalone app is not built.', 'Run ./t8s from the checkout, which builds it.');
    const port = await freePort();
    const kubeconfig = path.join(directory, 'kubeconfig');
    const args = [bundle, '--data-dir', directory, '--port', String(port), '--nodes', String(nodes), '--no-merge-kubeconfig', '--kubeconfig', kubeconfig, ...(isInMemory ? ['--in-memory'] : [])];
    const env = { NODE_PATH: path.join(checkout(), 'node_modules'), ...process.env };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    return new StandaloneProcess(child, port, kubeconfig, clock);
  }

  get secondsSinceStart(): number {
    return (this.clock.monotonic() - this.startedAtMs) / 1_000;
  }

  get cpuSeconds(): number {
    return serverCost(this.pid).cpuSeconds;
  }

  /** Resident now. */
  get memoryMiB(): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1_024;
  }

  async untilReadyz(): Promise<void> {
    while (!(await this.isReadyz())) await this.pause();
  }

  /** The kubeconfig is the last thing that it writes. */
  async untilKubeconfig(): Promise<void> {
    while (!existsSync(this.kubeconfig)) await this.pause();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGINT');
    await ended;
  }

  private get pid(): number {
    return this.child.pid ?? 0;
  }

  private async pause(): Promise<void> {
    if (this.child.exitCode !== null) throw new Error(`t8s dev ended with ${this.child.exitCode}`);
    await this.clock.sleep(pollMs);
  }

  private isReadyz(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = https.get({ host: '127.0.0.1', port: this.port, path: '/readyz', rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('error', () => resolve(false));
    });
  }
}
