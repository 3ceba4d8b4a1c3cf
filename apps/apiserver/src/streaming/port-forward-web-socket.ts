import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { apiErrors } from '@typernetes/machinery';
import { decodeFrame, encodeFrame, portForwardProtocols, type ChannelProtocol } from './channel-protocols';
import { acceptWebSocket, bytesOf, sendMessage } from './web-socket';

/** The client's ends of one forwarded connection. */
export interface ForwardPair {
  readonly data: Duplex;
  readonly error: Duplex;
}

/** A connection to a port, under way. */
export interface Forward {
  cancel(): void;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

export type OpenForward = (pair: ForwardPair, port: number) => Forward;

interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  query: URLSearchParams;
}

/** Ports of the query, `ports=80&ports=81` or `ports=80,81`. @throws ApiError BadRequest */
export function parsePorts(query: URLSearchParams): number[] {
  const texts = query.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length === 0) throw apiErrors.badRequest('query parameter "ports" is required');
  return texts.map((text) => {
    const port = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(port >= 1 && port <= 65_535)) throw apiErrors.badRequest(`unable to parse ${JSON.stringify(text)} as a port: must be between 1 and 65535`);
    return port;
  });
}

/** One channel of a WebSocket as a stream. While it is full the whole socket waits. */
function channelStream(socket: WebSocket, protocol: ChannelProtocol, channel: number): Duplex {
  return new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => sendMessage(socket, encodeFrame(protocol, channel, chunk), () => done()),
  });
}

/** One connection per port: its data on channel 2i, its error on 2i+1, each beginning with the port as two bytes, low one first. */
export async function forwardOverWebSocket({ request, socket: raw, head, query }: Upgrade, open: OpenForward): Promise<void> {
  const ports = parsePorts(query);
  const { socket, protocol } = await acceptWebSocket(request, raw, head, portForwardProtocols);
  const streams: Duplex[] = [];
  const forwards = ports.map((port, i) => {
    const pair = { data: channelStream(socket, protocol, 2 * i), error: channelStream(socket, protocol, 2 * i + 1) };
    const first = Buffer.alloc(2);
    first.writeUInt16LE(port);
    for (const stream of [pair.data, pair.error]) stream.write(first);
    streams.push(pair.data, pair.error);
    return open(pair, port);
  });
  socket.on('message', (message) => {
    const frame = decodeFrame(protocol, bytesOf(message));
    const stream = frame && streams[frame.channel];
    if (stream && !stream.push(frame.data)) socket.pause();
  });
  socket.once('close', () => forwards.forEach(({ cancel }) => cancel()));
  socket.resume();
  await Promise.all(forwards.map(({ ended }) => ended));
  socket.close(1000);
}
