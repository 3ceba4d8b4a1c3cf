import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '@typernetes/machinery';
import { channels, decodeFrame, encodeFrame, execProtocols, lastWord, type ChannelProtocol } from './channel-protocols';
import type { ExecDoor, ExecListener } from './exec-streams';
import { acceptWebSocket, bytesOf, sendMessage } from './web-socket';

type Wanted = { stdout: boolean; stderr: boolean };

/** exec and attach over WebSocket. @throws ApiError BadRequest when there is no protocol in common */
export async function webSocketExecDoor(request: IncomingMessage, socket: Duplex, head: Buffer, wanted: Wanted): Promise<ExecDoor> {
  const accepted = await acceptWebSocket(request, socket, head, execProtocols);
  return new WebSocketExecDoor(accepted.socket, accepted.protocol, wanted);
}

class WebSocketExecDoor implements ExecDoor {
  constructor(
    private readonly socket: WebSocket,
    private readonly protocol: ChannelProtocol,
    { stdout, stderr }: Wanted,
  ) {
    // An empty message on the first channel that has output tells the client that the streams stand, as upstream does.
    this.write(stdout ? channels.stdout : stderr ? channels.stderr : channels.error, Buffer.alloc(0));
  }

  listen(listener: ExecListener): void {
    this.socket.on('message', (data) => this.receive(bytesOf(data), listener));
    this.socket.once('close', () => listener.gone());
    this.socket.resume();
  }

  send(channel: 'stdout' | 'stderr', data: Buffer, drained: () => void): void {
    this.write(channels[channel], data, drained);
  }

  finish(status: Status): void {
    const word = lastWord(this.protocol, status);
    if (word) this.write(channels.error, word);
    this.socket.close(1000);
  }

  private write(channel: number, data: Buffer, drained: () => void = () => {}): void {
    sendMessage(this.socket, encodeFrame(this.protocol, channel, data), drained);
  }

  private receive(message: Buffer, listener: ExecListener): void {
    const frame = decodeFrame(this.protocol, message);
    switch (frame?.channel) {
      case channels.stdin:
        if (frame.data.length && !listener.stdin(frame.data, () => this.socket.resume())) this.socket.pause();
        return;
      case channels.resize: {
        const size = parseSize(frame.data);
        if (size) listener.resize(size.width, size.height);
        return;
      }
      case channels.close:
        if (this.protocol.canClose && frame.data[0] === channels.stdin) listener.stdinClosed();
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
