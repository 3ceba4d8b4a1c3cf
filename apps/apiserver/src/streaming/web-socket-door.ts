import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { apiErrors } from '@typernetes/machinery';
import type { Status } from '@typernetes/machinery';
import type { ExecDoor, ExecListener } from './exec-streams';

/** Channels of remotecommand, in the first byte of each message (KEP-4006). */
export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Best first. Version 5 can say that standard input has ended. */
const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** A client that does not read stops the process's output at this point. */
const bufferBytesMax = 1 << 20;

export function bytesOf(data: RawData): Buffer {
  return Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/** Answers the upgrade with the best protocol that both know. @throws ApiError BadRequest when there is none */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer, protocols: readonly string[]): Promise<WebSocket> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const chosen = protocols.find((protocol) => offered.includes(protocol));
  if (!chosen) throw apiErrors.badRequest(`unable to upgrade: no protocol in common; offered: ${offered.join(', ')}, known: ${protocols.join(', ')}`);
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  // `SPDY/3.1+portforward.k8s.io` is no token, which ws rightly demands and Kubernetes' clients send all the same.
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${chosen}`));
  return new Promise((resolve) => server.handleUpgrade(request, socket, head, resolve));
}

/** exec and attach over WebSocket. */
export async function webSocketExecDoor(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<ExecDoor> {
  return new WebSocketExecDoor(await acceptWebSocket(request, socket, head, execProtocols));
}

class WebSocketExecDoor implements ExecDoor {
  constructor(private readonly socket: WebSocket) {
    // What arrives before somebody listens must wait.
    socket.pause();
  }

  listen(listener: ExecListener): void {
    this.socket.on('message', (data) => this.receive(bytesOf(data), listener));
    this.socket.once('close', () => listener.gone());
    // An error is followed by close.
    this.socket.on('error', () => this.socket.terminate());
    this.socket.resume();
  }

  send(channel: 'stdout' | 'stderr', data: Buffer, drained: () => void): void {
    const isFull = this.socket.bufferedAmount > bufferBytesMax;
    this.socket.send(Buffer.concat([Buffer.from([channels[channel]]), data]), () => {
      if (isFull) drained();
    });
    if (!isFull) drained();
  }

  finish(status: Status): void {
    this.socket.send(Buffer.concat([Buffer.from([channels.error]), Buffer.from(JSON.stringify(status))]));
    this.socket.close(1000);
  }

  private receive(message: Buffer, listener: ExecListener): void {
    const data = message.subarray(1);
    switch (message[0]) {
      case channels.stdin:
        if (data.length && !listener.stdin(data, () => this.socket.resume())) this.socket.pause();
        return;
      case channels.resize: {
        const size = parseSize(data);
        if (size) listener.resize(size.width, size.height);
        return;
      }
      case channels.close:
        if (data[0] === channels.stdin) listener.stdinClosed();
    }
  }
}

/** `{"Width":80,"Height":24}`; anything else is ignored, as upstream does. */
export function parseSize(data: Buffer): { width: number; height: number } | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(data.toString()) as { Width?: unknown; Height?: unknown };
    return Number.isInteger(width) && Number.isInteger(height) ? { width: Number(width), height: Number(height) } : undefined;
  } catch {
    return undefined;
  }
}
