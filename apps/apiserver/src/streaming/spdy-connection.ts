import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connection } from 'spdy-transport';
import { apiErrors } from '@typernetes/machinery';

/** A stream of a SPDY connection: bytes both ways, with the headers that opened it. */
export interface SpdyStream extends Duplex {
  readonly headers: Readonly<Record<string, string | undefined>>;
  respond(status: number, headers: Record<string, string>): void;
}

/** The part of spdy-transport's connection that is used here. */
export interface SpdyConnection {
  on(event: 'stream', listener: (stream: SpdyStream) => void): void;
  on(event: 'error' | 'close', listener: (error?: Error) => void): void;
  start(version: number): void;
  end(): void;
}

/** Answers `Upgrade: SPDY/3.1` with the best subprotocol that both know. @throws ApiError when there is none */
export function acceptSpdy(request: IncomingMessage, socket: Duplex, head: Buffer, protocols: readonly string[]): { connection: SpdyConnection; protocol: string } {
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') throw apiErrors.badRequest('unable to upgrade: missing upgrade headers in request');
  const offered = [request.headers['x-stream-protocol-version'] ?? []].flat().flatMap((line) => line.split(',')).map((each) => each.trim());
  const protocol = protocols.find((known) => offered.includes(known));
  if (!protocol) throw apiErrors.badRequest(`unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocols.join(' ')}]`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
  if (head.length) socket.unshift(head);
  return { connection: serveSpdy(socket), protocol };
}

/** SPDY/3.1 as its server, on any pair of byte streams. */
export function serveSpdy(transport: Duplex): SpdyConnection {
  const spdy: SpdyConnection = connection.create(transport, { protocol: 'spdy', isServer: true });
  // A broken connection also closes; whoever listens hears that.
  spdy.on('error', () => transport.destroy());
  spdy.start(3.1);
  return spdy;
}
