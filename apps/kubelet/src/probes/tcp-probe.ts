import net from 'node:net';
import { dialErrorText } from '@typernetes/component';
import type { ProbeResult } from './http-probe';
import { failed } from './http-probe';

/** Good when something accepts the connection. */
export function tcpProbe(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: timeoutMs });
    const end = (result: ProbeResult): void => {
      resolve(result);
      socket.destroy();
    };
    socket.once('connect', () => end({ ok: true }));
    socket.once('timeout', () => end(failed(`dial tcp ${target}: i/o timeout`)));
    socket.once('error', (error: NodeJS.ErrnoException) => end(failed(dialErrorText(error, target))));
  });
}
