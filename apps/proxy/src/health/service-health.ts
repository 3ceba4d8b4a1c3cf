import http from 'node:http';
import type { CompiledService } from '../model/compiler';
import type { Logger } from '@typernetes/component';

/** What a load balancer hears on one Service's healthCheckNodePort. */
export interface ServiceHealth {
  namespace: string;
  name: string;
  localEndpoints: number;
}

/** By port. Only Services of type LoadBalancer with external policy Local have one. */
export function serviceHealthByPort(services: readonly CompiledService[]): Map<number, ServiceHealth> {
  const found = new Map<number, ServiceHealth>();
  for (const { service, ports } of services) {
    const port = service.spec?.healthCheckNodePort;
    if (!port || ports.length === 0) continue;
    const local = new Set(ports.flatMap(({ localEndpoints }) => localEndpoints.map(({ ip }) => ip)));
    found.set(port, { namespace: service.metadata?.namespace ?? '', name: service.metadata?.name ?? '', localEndpoints: local.size });
  }
  return found;
}

/** 200 while this node has endpoints and the proxy works, else 503; the body is upstream's. */
export function healthAnswer(health: ServiceHealth, proxyHealthy: boolean): { code: number; body: string } {
  const { namespace, name, localEndpoints } = health;
  const code = localEndpoints > 0 && proxyHealthy ? 200 : 503;
  return { code, body: JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: proxyHealthy }) };
}

/** One HTTP server per healthCheckNodePort. */
export class ServiceHealthServers {
  private readonly servers = new Map<number, http.Server>();
  private current = new Map<number, ServiceHealth>();

  constructor(
    private readonly isProxyHealthy: () => boolean,
    private readonly logger: Logger,
  ) {}

  apply(desired: Map<number, ServiceHealth>): void {
    this.current = desired;
    for (const [port, server] of this.servers) {
      if (desired.has(port)) continue;
      server.close();
      this.servers.delete(port);
    }
    for (const port of desired.keys()) if (!this.servers.has(port)) this.open(port);
  }

  close(): void {
    this.apply(new Map());
  }

  private open(port: number): void {
    const server = http.createServer((_request, response) => {
      const health = this.current.get(port);
      const { code, body } = health ? healthAnswer(health, this.isProxyHealthy()) : { code: 404, body: '' };
      response.writeHead(code, {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(health?.localEndpoints ?? 0),
      });
      response.end(body);
    });
    server.on('error', (error) => {
      this.logger.error({ err: error, port }, 'healthCheckNodePort cannot be served');
      // The next synchronisation tries again.
      this.servers.delete(port);
    });
    server.listen(port);
    this.servers.set(port, server);
  }
}
