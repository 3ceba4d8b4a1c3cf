import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connection, protocol as protocols } from 'spdy-transport';
import { apiErrors } from '@typernetes/machinery';
import { streamBufferBytesMax } from '../limits';

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
export function acceptSpdy(request: IncomingMessage, socket: Duplex, head: Buffer, known: readonly string[]): { connection: SpdyConnection; protocol: string } {
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') throw apiErrors.badRequest('unable to upgrade: missing upgrade headers in request');
  const offered = [request.headers['x-stream-protocol-version'] ?? []].flat().flatMap((line) => line.split(',')).map((each) => each.trim());
  const protocol = known.find((each) => offered.includes(each));
  if (!protocol) throw apiErrors.badRequest(`unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
  if (head.length) socket.unshift(head);
  return { connection: serveSpdy(socket), protocol };
}

/**
 * The dialect of Kubernetes' clients: their streams are no HTTP requests and have neither method nor path, which
 * spdy-transport's parser insists on. Registered under a name of its own.
 */
const dialect = 'kubernetes';

protocols[dialect] = {
  ...protocols.spdy,
  parser: {
    create: (options) => {
      const parser = protocols.spdy.parser.create(options);
      const parseHeaders = parser.parseKVs.bind(parser);
      parser.parseKVs = (body, callback) =>
        parseHeaders(body, (error, headers) => callback(error, headers && { ':method': 'POST', ':path': '/', ...headers }));
      return parser;
    },
  },
};

/** SPDY/3.1 as its server, on any pair of byte streams. */
export function serveSpdy(transport: Duplex): SpdyConnection {
  const spdy: SpdyConnection & FlowControlled = connection.create(transport, { protocol: dialect, isServer: true });
  liftWindow(spdy);
  const blocked = new Set<SpdyStream>();
  spdy.on('stream', (stream: SpdyStream & Partial<FlowControlled>) => {
    if (stream._spdyState) liftWindow({ _spdyState: stream._spdyState });
    holdBack(stream, transport, blocked);
  });
  // A broken connection also closes; whoever listens hears that.
  spdy.on('error', () => transport.destroy());
  spdy.start(3.1);
  return spdy;
}

/** What spdy-transport counts its flow control with. */
interface FlowControlled {
  readonly _spdyState: { readonly window: { readonly send: { update: (size: number, callback?: () => void) => void } } };
}

/**
 * Kubernetes' clients (spdystream) know no flow control: they never open a window again, and mind none. What holds a
 * fast sender back is TCP.
 */
function liftWindow({ _spdyState: { window } }: FlowControlled): void {
  window.send.update = (_size, callback) => {
    if (callback) process.nextTick(callback);
  };
}

/** The whole connection waits while one of its streams has more than is read of it. */
function holdBack(stream: SpdyStream, transport: Duplex, blocked: Set<SpdyStream>): void {
  const release = (): void => {
    if (blocked.delete(stream) && blocked.size === 0) transport.resume();
  };
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const wantsMore = push(chunk, encoding);
    if (stream.readableLength > streamBufferBytesMax) {
      blocked.add(stream);
      transport.pause();
    }
    return wantsMore;
  };
  const read = stream._read.bind(stream);
  stream._read = (size: number) => {
    release();
    read(size);
  };
  stream.once('close', release);
}
