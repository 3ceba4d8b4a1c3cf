import { once } from 'node:events';
import http from 'node:http';
import type { ProxyMetrics } from '../metrics';
import type { ProxyHealth } from './proxy-health';

export interface HttpServers {
  close(): Promise<void>;
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon) || '0.0.0.0', port: Number(address.slice(colon + 1)) };
}

async function listen(address: string, handler: http.RequestListener): Promise<http.Server> {
  const server = http.createServer(handler);
  const { host, port } = splitAddress(address);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

const pathOf = (request: http.IncomingMessage): string => new URL(request.url ?? '/', 'http://localhost').pathname;

function healthHandler(health: ProxyHealth): http.RequestListener {
  return (request, response) => {
    const path = pathOf(request);
    if (path !== '/healthz' && path !== '/livez') {
      response.writeHead(404).end();
      return;
    }
    const { code, body } = health.answer(path === '/livez' ? 'livez' : 'healthz');
    response.writeHead(code, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }).end(body);
  };
}

function metricsHandler(metrics: ProxyMetrics, health: ProxyHealth): http.RequestListener {
  return (request, response) => {
    const path = pathOf(request);
    if (path === '/metrics') {
      void metrics.registry.metrics().then((text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text));
    } else if (path === '/proxyMode') response.writeHead(200, { 'content-type': 'text/plain' }).end('nftables');
    else healthHandler(health)(request, response);
  };
}

/** `/healthz` and `/livez` for load balancers; `/metrics` and `/proxyMode` for operators. Empty addresses are not served. */
export async function serveHttp(
  addresses: { healthz: string; metrics: string },
  health: ProxyHealth,
  metrics: ProxyMetrics,
): Promise<HttpServers> {
  const servers: http.Server[] = [];
  if (addresses.healthz) servers.push(await listen(addresses.healthz, healthHandler(health)));
  if (addresses.metrics) servers.push(await listen(addresses.metrics, metricsHandler(metrics, health)));
  return {
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await Promise.all(servers.filter((server) => server.listening).map((server) => once(server, 'close')));
    },
  };
}
