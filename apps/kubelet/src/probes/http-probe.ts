import http from 'node:http';
import https from 'node:https';
import type { HTTPGetAction } from '@typernetes/api';
import { dialErrorText } from '@typernetes/component';
import { probeOutputBytesMax } from '../limits';

/** `unknown`: the probe itself could not be done, which says nothing about the container. */
export type ProbeResult = { ok: true } | { ok: false; output: string } | { ok: 'unknown'; error: string };

export const failed = (output: string): ProbeResult => ({ ok: false, output });

export const unknown = (error: string): ProbeResult => ({ ok: 'unknown', error });

export interface HttpTarget {
  action: HTTPGetAction;
  host: string;
  port: number;
  timeoutMs: number;
}

const isIPv6 = (host: string): boolean => host.includes(':');

/** One GET. 200 to 399 is good; redirects are not followed but count as good. */
export function httpProbe({ action, host, port, timeoutMs }: HttpTarget): Promise<ProbeResult> {
  const secure = action.scheme === 'HTTPS';
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const path = action.path?.startsWith('/') === false ? `/${action.path}` : (action.path ?? '/');
  const url = `${secure ? 'https' : 'http'}://${authority}${path}`;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  return new Promise((resolve) => {
    const request = (secure ? https : http).get({ host, port, path, headers, agent: false, rejectUnauthorized: false }, (response) => {
      const code = response.statusCode ?? 0;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > probeOutputBytesMax) response.destroy();
      });
      resolve(code >= 200 && code < 400 ? { ok: true } : failed(`HTTP probe failed with statuscode: ${code}`));
    });
    const timeout = AbortSignal.timeout(timeoutMs);
    timeout.addEventListener('abort', () => {
      resolve(failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`));
      request.destroy();
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(failed(`Get "${url}": ${dialErrorText(error, authority)}`)));
  });
}
