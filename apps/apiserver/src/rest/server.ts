import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from 'node:http2';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsMaterial } from '@typernetes/component';
import type { Environment } from '../environment';
import type { ApiserverConfig } from '../config';
import type { ApiserverMetrics } from '../metrics';
import type { PathHandler } from './paths';
import { respondError, toApiError } from './respond';
import { exchangeOf, route } from './router';
import { upgrade } from './upgrade';
import type { HttpRequest, HttpResponse } from './exchange';

export interface RestServer {
  readonly port: number;
  /** New connections get this certificate; those that stand keep theirs. */
  renewTls(material: TlsMaterial): void;
  /** Stops to listen and ends what is open. */
  close(): Promise<void>;
}

function tlsOptions({ tls, clientCa }: ApiserverConfig): SecureServerOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    ...(clientCa ? { ca: clientCa, requestCert: true, rejectUnauthorized: false } : {}),
    minVersion: 'TLSv1.2',
    // kubectl and client-go speak HTTP/2; upgrades (exec) and simple clients HTTP/1.1.
    allowHTTP1: true,
    // node:http's servers do so by themselves, this one does not: the end of an answer would wait for the acknowledgement
    // of its beginning, which clients delay by 40 ms.
    noDelay: true,
    settings: { maxConcurrentStreams: 250 },
    // In MB; a list of 5,000 objects waits here while it is sent.
    maxSessionMemory: 256,
  };
}

/** The HTTPS door. */
export async function startRestServer(environment: Environment, config: ApiserverConfig, parts: { paths: PathHandler; metrics: ApiserverMetrics }): Promise<RestServer> {
  const { logger } = config;
  const server = createSecureServer(tlsOptions(config));
  const sockets = new Set<Socket>();
  // From the first packet on: a client that is in the middle of its handshake must not keep the server from closing.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: Socket) => {
    // A client that goes away is nobody's mistake; without a listener it would end the process.
    socket.on('error', (error) => logger.debug({ err: error }, 'client connection broke'));
  });
  server.on('sessionError', (error) => logger.debug({ err: error }, 'HTTP/2 session broke'));
  server.on('request', (request: HttpRequest, response: HttpResponse) => {
    const exchange = exchangeOf(request, response);
    response.on('error', (error: unknown) => logger.debug({ err: error }, 'client stream broke'));
    const finish = parts.metrics.observeRequest(exchange);
    route(environment, parts.paths, exchange)
      .catch(async (error: unknown) => {
        if (toApiError(error).code >= 500) logger.error({ err: error, method: exchange.method, path: exchange.path }, 'request failed');
        await respondError(exchange, error);
      })
      .catch((error: unknown) => {
        logger.error({ err: error, method: exchange.method, path: exchange.path }, 'answer could not be sent');
        response.destroy?.();
      })
      .finally(finish);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void upgrade(environment, request, socket, head));
  await listen(server, config);
  return {
    port: (server.address() as AddressInfo).port,
    // The same options as at the start, so that nothing else changes.
    renewTls: ({ ca, cert, key }) => server.setSecureContext({ ...tlsOptions(config), ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) }),
    close: () => close(server, sockets),
  };
}

function listen(server: Http2SecureServer, { securePort, bindAddress }: ApiserverConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(securePort, bindAddress, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Http2SecureServer, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
