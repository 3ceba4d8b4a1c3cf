import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { apiErrors } from '@typernetes/machinery';
import { streamBufferBytesMax, webSocketMessageBytesMax } from '../limits';

export function bytesOf(data: RawData): Buffer {
  return Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/** The subprotocol that carries a bearer token is for authentication; it is never chosen. */
const tokenPrefix = 'base64url.bearer.authorization.k8s.io.';

/** The best of `known` that the client offers; the one with the empty name is for clients that offer none. */
export function chooseProtocol<P extends { readonly name: string }>(header: string, known: readonly P[]): P | undefined {
  const offered = header.split(',').map((each) => each.trim()).filter((each) => each && !each.startsWith(tokenPrefix));
  return known.find(({ name }) => (name ? offered.includes(name) : offered.length === 0));
}

/**
 * Answers the upgrade with the best protocol that both know. Messages wait until `resume`.
 * @throws ApiError BadRequest when there is none
 */
export async function acceptWebSocket<P extends { readonly name: string }>(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  known: readonly P[],
): Promise<{ socket: WebSocket; protocol: P }> {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  const protocol = chooseProtocol(header, known);
  if (!protocol) throw apiErrors.badRequest(`unable to upgrade: no protocol in common; offered: ${header}, known: ${known.map(({ name }) => name).join(', ')}`);
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: webSocketMessageBytesMax });
  // `SPDY/3.1+portforward.k8s.io` is no token, which ws rightly demands and Kubernetes' clients send all the same.
  delete request.headers['sec-websocket-protocol'];
  if (protocol.name) server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol.name}`));
  const accepted = await new Promise<WebSocket>((resolve) => server.handleUpgrade(request, socket, head, (opened) => (opened.pause(), resolve(opened))));
  // An error is followed by close, which every user of the socket listens to.
  accepted.on('error', () => accepted.terminate());
  return { socket: accepted, protocol };
}

/** Sends a message; `drained` is called at once, or when a socket that is full has taken it. */
export function sendMessage(socket: WebSocket, message: Buffer | string, drained: () => void): void {
  const isFull = socket.bufferedAmount > streamBufferBytesMax;
  socket.send(message, () => {
    if (isFull) drained();
  });
  if (!isFull) drained();
}
