import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiClient } from '@typernetes/client';
import type { HealthCheck, Registry } from '@typernetes/component';
import { runHealthChecks } from '@typernetes/component';
import { apiErrors, isApiError } from '@typernetes/machinery';
import type { KubeletConfig } from '../../config';
import type { ServerContext } from '../find-container';
import { summary } from '../stats';
import { HttpAccess } from './access';
import { configz } from './configz';
import { logFile } from './log-files';
import { resourceMetrics, type Summary } from './resource-metrics';

/** Where a node keeps its logs (upstream's path of `/logs/`). */
const nodeLogDir = '/var/log';

/** What the HTTP endpoints are made of, beside the pods. */
export interface HttpDependencies {
  client: ApiClient;
  registry: Registry;
  liveness: readonly HealthCheck[];
}

interface Answer {
  code?: number;
  type: string;
  body: string | Buffer;
  location?: string;
  /** Instead of `body`, of that many bytes. */
  file?: { open(): Readable; bytes: number };
}

const json = (value: unknown): Answer => ({ type: 'application/json', body: JSON.stringify(value) });
const plain = 'text/plain; charset=utf-8';
const prometheus = 'text/plain; version=0.0.4; charset=utf-8';

type Endpoint = (query: URLSearchParams) => Promise<Answer> | Answer;

const notFound: Answer = { code: 404, type: plain, body: '404 page not found\n' };

async function nodeLog(encoded: string): Promise<Answer> {
  const found = await logFile(nodeLogDir, encoded);
  switch (found.type) {
    case 'file':
      return { type: plain, body: '', file: found };
    case 'page':
      return { type: 'text/html; charset=utf-8', body: found.html };
    case 'redirect':
      return { code: 301, type: plain, body: '', location: found.location };
    case 'missing':
      return notFound;
  }
}

/** The kubelet's read-only API (upstream's port 10250), by path. */
function endpointsOf(config: KubeletConfig, server: ServerContext, { registry, liveness }: HttpDependencies): Readonly<Record<string, Endpoint>> {
  const { statuses } = server.context;
  const health: Endpoint = async (query) => {
    const { healthy, text } = await runHealthChecks('healthz', liveness, query.has('verbose'));
    return { code: healthy ? 200 : 500, type: plain, body: text };
  };
  return {
    '/healthz': health,
    '/healthz/ping': () => ({ type: plain, body: 'ok' }),
    '/healthz/syncloop': health,
    '/metrics': async () => ({ type: registry.contentType, body: await registry.metrics() }),
    '/metrics/resource': async () => ({ type: prometheus, body: resourceMetrics(JSON.parse((await summary(server)).toString()) as Summary) }),
    '/stats/summary': async () => ({ type: 'application/json', body: await summary(server) }),
    '/configz': () => json({ kubeletconfig: configz(config) }),
    '/pods': () => {
      const items = server.pods.list().map((pod) => ({ ...pod, status: statuses.current(pod) ?? pod.status }));
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
    },
  };
}

/** Serves them to those who may. */
export function httpEndpoints(config: KubeletConfig, server: ServerContext, dependencies: HttpDependencies): (request: IncomingMessage, response: ServerResponse) => void {
  const endpoints = endpointsOf(config, server, dependencies);
  const access = new HttpAccess(dependencies.client, config.nodeName);
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://kubelet');
    await access.check(request, pathname);
    if (pathname === '/logs' || pathname.startsWith('/logs/')) return nodeLog(pathname.slice('/logs'.length) || '/');
    const endpoint = endpoints[pathname.replace(/(.)\/+$/, '$1')];
    if (!endpoint) return notFound;
    if (request.method !== 'GET' && request.method !== 'HEAD') return { code: 405, type: plain, body: '405: Method Not Allowed\n' };
    return endpoint(searchParams);
  };
  return (request, response) => {
    answer(request)
      .catch((error: unknown): Answer => {
        const { code, message } = isApiError(error) ? error : apiErrors.internal(error);
        return { code, type: plain, body: `${message}\n` };
      })
      .then(async ({ code = 200, type, body, location, file }) => {
        const length = file?.bytes ?? Buffer.byteLength(body);
        response.writeHead(code, { 'content-type': type, 'content-length': length, ...(location ? { location } : {}) });
        if (file && length > 0 && request.method !== 'HEAD') await pipeline(file.open(), response);
        else response.end(request.method === 'HEAD' ? undefined : body);
      })
      .catch((error: unknown) => {
        server.context.logger.debug({ error }, 'an answer could not be sent');
        response.destroy();
      });
  };
}
