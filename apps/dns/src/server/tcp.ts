import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tcpConnectionsMax, tcpIdleTimeoutMs } from '../constants';
import type { Resolver } from './resolver';

/** Answers over TCP (RFC 7766: several questions per connection, answers as they are ready). */
export async function listenTcp(host: string, port: number, resolver: Resolver, onError: (error: unknown) => void): Promise<Server> {
  const server = createServer((socket) => serveConnection(socket, resolver, onError));
  server.maxConnections = tcpConnectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', onError);
  return server;
}

function serveConnection(socket: Socket, resolver: Resolver, onError: (error: unknown) => void): void {
  let received: Buffer = Buffer.alloc(0);
  socket.setTimeout(tcpIdleTimeoutMs, () => socket.destroy());
  // A client that resets its connection is its own business.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received = received.length ? Buffer.concat([received, chunk]) : chunk;
    for (;;) {
      if (received.length < 2) return;
      const end = 2 + received.readUInt16BE(0);
      if (received.length < end) return;
      const message = received.subarray(2, end);
      received = received.subarray(end);
      resolver.resolve(message, 'tcp').then((reply) => {
        if (reply && socket.writable) socket.write(withLength(reply));
      }, onError);
    }
  });
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
