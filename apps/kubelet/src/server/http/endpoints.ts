import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiClient } from '@typernetes/client';
import type { HealthCheck, Registry } from '@typernetes/component';
import { runHealthChecks } from '@typernetes/component';
import { apiErrors, isApiError } from '@typernetes/machinery';
import type { KubeletConfig } from '../../config';
import type { ServerContext } from '../find-container';
import { summary } from '../stats';
import { HttpAccess } from './access';
import { configz } from './configz';
import { resourceMetrics, type Summary } from './resource-metrics';

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
}

const json = (value: unknown): Answer => ({ type: 'application/json', body: JSON.stringify(value) });
const plain = 'text/plain; charset=utf-8';
const prometheus = 'text/plain; version=0.0.4; charset=utf-8';

type Endpoint = (query: URLSearchParams) => Promise<Answer> | Answer;

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
    const endpoint = endpoints[pathname.replace(/(.)\/+$/, '$1')];
    if (!endpoint) return { code: 404, type: plain, body: '404 page not found\n' };
    if (request.method !== 'GET' && request.method !== 'HEAD') return { code: 405, type: plain, body: '405: Method Not Allowed\n' };
    return endpoint(searchParams);
  };
  return (request, response) => {
    answer(request)
      .catch((error: unknown): Answer => {
        const { code, message } = isApiError(error) ? error : apiErrors.internal(error);
        return { code, type: plain, body: `${message}\n` };
      })
      .then(({ code = 200, type, body }) => {
        response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(request.method === 'HEAD' ? undefined : body);
      })
      .catch((error: unknown) => {
        server.context.logger.debug({ error }, 'an answer could not be sent');
        response.destroy();
      });
  };
}
