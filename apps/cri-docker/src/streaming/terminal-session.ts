import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { multiplexedReader } from '../multiplexed';
import { bytesOf, channels, errorStatus, parseResize, sendOn } from './channels';

export interface TerminalSession {
  socket: WebSocket;
  /** The engine's end of exec or attach. */
  stream: Duplex;
  tty: boolean;
  wants: { stdin: boolean; stdout: boolean; stderr: boolean };
  resize: (size: { w: number; h: number }) => Promise<unknown>;
  /** What goes on the error channel after the output has ended. */
  result: () => Promise<object>;
  /** The client has left before the end. */
  abandoned: () => Promise<void>;
}

/** Connects a WebSocket with an exec or attach stream until one of them ends. */
export function runTerminalSession(session: TerminalSession): void {
  const { socket, stream } = session;
  let finished = false;
  const forward = (name: 'stdout' | 'stderr', data: Buffer): void => {
    if (session.wants[name]) sendOn(socket, channels[name], data, stream);
  };
  stream.on('data', session.tty ? (chunk: Buffer) => forward('stdout', chunk) : multiplexedReader(forward));
  socket.on('message', (data) => receive(session, bytesOf(data)));
  stream.on('error', () => stream.destroy());
  stream.once('close', () => {
    if (finished) return;
    finished = true;
    void finish(session);
  });
  socket.once('close', () => {
    if (finished) return;
    finished = true;
    stream.destroy();
    session.abandoned().catch(() => undefined);
  });
}

function receive(session: TerminalSession, message: Buffer): void {
  const payload = message.subarray(1);
  switch (message[0]) {
    case channels.stdin:
      if (session.wants.stdin && !session.stream.write(payload)) pauseUntilDrained(session);
      break;
    case channels.resize: {
      const size = parseResize(payload);
      // A terminal that has just ended cannot be resized any more.
      if (size) session.resize(size).catch(() => undefined);
      break;
    }
    case channels.close:
      if (payload[0] === channels.stdin) session.stream.end();
      break;
    default:
  }
}

function pauseUntilDrained({ socket, stream }: TerminalSession): void {
  socket.pause();
  stream.once('drain', () => socket.resume());
}

async function finish({ socket, result }: TerminalSession): Promise<void> {
  const status = await result().catch(errorStatus);
  sendOn(socket, channels.error, Buffer.from(JSON.stringify(status)));
  socket.close(1000);
}
