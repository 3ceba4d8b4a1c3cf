import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Container, LifecycleHandler } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';
import { portOf } from '../probes/port';
import type { CriClient } from '../runtime/cri-client';
import { runtimeMethods } from '../runtime/cri-client';

export interface HookTarget {
  container: Container;
  containerId: string;
  podIP: string;
  timeoutMs: number;
}

async function execHook(cri: CriClient, command: string[], { containerId, timeoutMs, container }: HookTarget): Promise<void> {
  const request = { containerId, cmd: command, timeout: BigInt(Math.ceil(timeoutMs / 1_000)) };
  const { exitCode, stdout, stderr } = await cri.call(runtimeMethods.execSync, request, { timeoutMs: timeoutMs + 5_000 });
  if (exitCode === 0) return;
  const output = Buffer.concat([stdout, stderr]).toString();
  throw new Error(`Exec lifecycle hook (${JSON.stringify(command)}) for Container "${container.name}" failed - error: command '${command.join(' ')}' exited with ${exitCode}: ${output}, message: ${JSON.stringify(output)}`);
}

function httpHook({ httpGet }: LifecycleHandler, { container, podIP, timeoutMs }: HookTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!httpGet) return resolve();
    const { path = '' } = httpGet;
    const headers = Object.fromEntries((httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value]));
    const request = (httpGet.scheme === 'HTTPS' ? https : http).get(
      { host: httpGet.host || podIP, port: portOf(container, httpGet.port), path: path.startsWith('/') ? path : `/${path}`, headers, rejectUnauthorized: false, timeout: timeoutMs },
      (response) => {
        response.resume();
        resolve();
      },
    );
    request.once('timeout', () => request.destroy(new Error('hook timed out')));
    request.once('error', reject);
  });
}

function tcpHook(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, timeout: timeoutMs });
    socket.once('connect', () => (resolve(), socket.destroy()));
    socket.once('timeout', () => socket.destroy(new Error('hook timed out')));
    socket.once('error', reject);
  });
}

/** Runs a postStart or preStop hook to its end, at most for the given time. @throws Error when it fails */
export async function runHook(cri: CriClient, clock: Clock, hook: LifecycleHandler, target: HookTarget): Promise<void> {
  if (hook.exec) return execHook(cri, hook.exec.command ?? [], target);
  if (hook.httpGet) return httpHook(hook, target);
  if (hook.tcpSocket) return tcpHook(hook.tcpSocket.host || target.podIP, portOf(target.container, hook.tcpSocket.port), target.timeoutMs);
  if (hook.sleep) await clock.sleep(Math.min(hook.sleep.seconds * 1_000, target.timeoutMs));
}
