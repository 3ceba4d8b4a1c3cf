import http from 'node:http';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { ServerCredentials, type Server } from '@grpc/grpc-js';
import { EnvironmentError } from './run-main';
import type { TlsMaterial } from './tls';

export interface SharedPortOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  tls: TlsMaterial & { requireClientCert: boolean };
  /** Serves HTTP/1.1; who asks without a certificate is for it to judge. */
  http: http.RequestListener;
}

export interface SharedPort {
  port: number;
  /** New connections get this certificate. */
  renewTls(material: TlsMaterial): void;
  /** Ends all connections. */
  close(): void;
}

/**
 * One TLS port for gRPC and plain HTTPS, told apart by ALPN: clients of gRPC offer `h2`. `requireClientCert` is for gRPC.
 * @throws EnvironmentError when the port cannot be had
 */
export async function listenShared(grpc: Server, { host, port, tls: material, http: listener }: SharedPortOptions): Promise<SharedPort> {
  const { ca, cert, key, requireClientCert } = material;
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const plain = http.createServer(listener);
  const sockets = new Set<tls.TLSSocket>();
  const server = tls.createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that goes away is nobody's mistake; without a listener it would end the process.
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol !== 'h2') plain.emit('connection', socket);
    else if (requireClientCert && !socket.authorized) socket.destroy();
    else injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new EnvironmentError(`cannot listen on ${host}:${port}: ${error.message}`, 1, { cause: error })));
    server.listen(port, host, resolve);
  });
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const renewTls = (renewed: TlsMaterial): void => server.setSecureContext({ ca: renewed.ca, cert: renewed.cert, key: renewed.key });
  return { port: (server.address() as AddressInfo).port, renewTls, close };
}
