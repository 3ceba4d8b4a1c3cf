import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureEtcd } from './etcd-binary';
import { freePorts } from './free-port';

export interface EtcdOptions {
  /** Files of certificates; clients must then show one of the same CA. */
  tls?: { caFile: string; certFile: string; keyFile: string };
  /** More of etcd's own flags. */
  flags?: string[];
}

/** A real etcd with one member on loopback, its data in a temporary directory. */
export interface RunningEtcd {
  readonly endpoint: string;
  /** SIGKILL; data stays. */
  kill(): Promise<void>;
  /** Starts again on the same port with the same data. */
  start(): Promise<void>;
  /** Stops and removes the data. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function waitUntilListening(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (/ready to serve client requests/.test((output = (output + chunk.toString()).slice(-20_000)))) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`etcd ended with ${code}:\n${output.slice(-2_000)}`)));
  });
}

/** Starts etcd 3.5 (downloaded on first use) and waits until it answers. */
export async function startEtcd(options: EtcdOptions = {}): Promise<RunningEtcd> {
  const [binary, [clientPort, peerPort], directory] = await Promise.all([ensureEtcd(), freePorts(2), mkdtemp(path.join(os.tmpdir(), 't8s-etcd-'))]);
  const { tls } = options;
  const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const flags = [
    `--name=test`,
    `--data-dir=${directory}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=test=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=info',
    ...(tls ? [`--trusted-ca-file=${tls.caFile}`, `--cert-file=${tls.certFile}`, `--key-file=${tls.keyFile}`, '--client-cert-auth'] : []),
    ...(options.flags ?? []),
  ];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(binary, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    await waitUntilListening(child);
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      running.once('exit', () => resolve());
      running.kill('SIGKILL');
    });
  };
  const stop = async (): Promise<void> => {
    await kill();
    await rm(directory, { recursive: true, force: true });
  };
  await start();
  return { endpoint, start, kill, stop, [Symbol.asyncDispose]: stop };
}
