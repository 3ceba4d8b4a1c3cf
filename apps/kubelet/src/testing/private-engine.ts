import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startTriesMax = 300;
const startPollMs = 100;

/**
 * A Docker Engine of the suite's own: a kubelet ends what it does not know, so two of them cannot share one engine.
 * Needs root and `dockerd` on the path.
 */
export class PrivateEngine {
  /** Another name of the usual OCI runtime, to be told apart from the default. */
  static readonly otherRuntime = 'other';

  readonly host: string;
  private process: ChildProcess | undefined;
  /** Without a bridge of its own an Engine takes away `docker0`, which is the machine's. */
  private readonly bridge = `t8s-engine${process.pid % 10_000}`;

  constructor(private readonly dir: string) {
    this.host = `unix://${path.join(dir, 'docker.sock')}`;
  }

  /** @throws Error when it does not answer in time */
  async start(): Promise<void> {
    const at = (name: string): string => path.join(this.dir, name);
    execFileSync('ip', ['link', 'add', this.bridge, 'type', 'bridge']);
    execFileSync('ip', ['address', 'add', `169.254.${process.pid % 250}.1/30`, 'dev', this.bridge]);
    const networking = [`--bridge=${this.bridge}`, '--iptables=false', '--ip6tables=false', '--userland-proxy=false'];
    const files = [`--data-root=${at('docker')}`, `--exec-root=${at('docker-run')}`, `--pidfile=${at('docker.pid')}`];
    const runtime = `--add-runtime=${PrivateEngine.otherRuntime}=runc`;
    this.process = spawn('dockerd', [`--host=${this.host}`, ...files, ...networking, runtime, '--exec-opt=native.cgroupdriver=cgroupfs', '--log-level=error'], { stdio: 'ignore' });
    for (let tries = 0; tries < startTriesMax; tries++) {
      if (this.answers()) return;
      await sleep(startPollMs);
    }
    throw new Error('dockerd does not answer');
  }

  async stop(): Promise<void> {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
    execFileSync('ip', ['link', 'delete', this.bridge]);
  }

  private answers(): boolean {
    try {
      execFileSync('docker', ['-H', this.host, 'info'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
}
