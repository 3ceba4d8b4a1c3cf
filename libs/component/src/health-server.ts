import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { EnvironmentError } from './run-main';
import type { Running } from './running';
import type { TlsMaterial } from './tls';

/** One thing that must hold. Throws (or rejects) with the reason when it does not. */
export interface HealthCheck {
  name: string;
  check(): void | Promise<void>;
}

export interface HealthServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** HTTPS when given. */
  tls?: TlsMaterial;
  /** For /healthz and /livez. */
  liveness?: readonly HealthCheck[];
  /** For /readyz, in addition to liveness. */
  readiness?: readonly HealthCheck[];
  registry?: Registry;
}

/** `/healthz`, `/livez`, `/readyz` (with `?verbose`) and `/metrics`, as upstream's components serve them. */
export async function startHealthServer(options: HealthServerOptions): Promise<Running & { port: number }> {
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    answer(options, request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`internal error: ${String(error)}\n`);
    });
  };
  const { tls } = options;
  const server = tls ? createHttpsServer({ cert: tls.cert, key: tls.key }, handler) : createHttpServer(handler);
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HealthServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new EnvironmentError(`cannot listen on ${host}:${port}: ${error.message}`, 1, { cause: error })));
    server.listen(port, host, resolve);
  });
}

async function answer(options: HealthServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { liveness = [], readiness = [], registry } = options;
  switch (url.pathname) {
    case '/healthz':
    case '/livez':
      return report(url, liveness, response);
    case '/readyz':
      return report(url, [...liveness, ...readiness], response);
    case '/metrics':
      if (registry) {
        response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
        return;
      }
      break;
  }
  response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
}

async function report(url: URL, checks: readonly HealthCheck[], response: ServerResponse): Promise<void> {
  const name = url.pathname.slice(1);
  const { healthy, text } = await runHealthChecks(name, checks, url.searchParams.has('verbose'));
  response
    .writeHead(healthy ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .end(text);
}

/** The body of a health endpoint: `ok`, or each check with its state (when asked for it, and when one fails). */
export async function runHealthChecks(name: string, checks: readonly HealthCheck[], verbose: boolean): Promise<{ healthy: boolean; text: string }> {
  const lines: string[] = [];
  let healthy = true;
  for (const { name: checkName, check } of checks) {
    try {
      await check();
      lines.push(`[+]${checkName} ok`);
    } catch {
      // The reason may hold secrets and this endpoint is open to everybody; it is in the component's log.
      healthy = false;
      lines.push(`[-]${checkName} failed: reason withheld`);
    }
  }
  if (healthy && !verbose) return { healthy, text: 'ok' };
  lines.push(`${name} check ${healthy ? 'passed' : 'failed'}`);
  return { healthy, text: `${lines.join('\n')}\n` };
}
