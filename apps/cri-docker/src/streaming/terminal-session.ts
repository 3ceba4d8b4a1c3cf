import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { multiplexedReader } from '../multiplexed';
import { bytesOf, channels, errorStatus, parseResize, sendOn, startFailureStatus } from './channels';

export interface TerminalSession {
  socket: WebSocket;
  /** The engine's end of exec or attach. */
  stream: Duplex;
  tty: boolean;
  wants: { stdin: boolean; stdout: boolean; stderr: boolean };
  resize: (size: { w: number; h: number }) => Promise<unknown>;
  /** What goes on the error channel after the output has ended. */
  result: () => Promise<object>;
  /** Whether first output may be the engine's own word that it could not start the command: kept back until `result` is known. */
  isEngineFailure?: (output: Buffer) => boolean;
  /** Whether the command has never run; then what was kept back is the reason. */
  neverRan?: () => Promise<boolean>;
  /** The client has left before the end. */
  abandoned: () => Promise<void>;
}

/** Connects a WebSocket with an exec or attach stream until one of them ends. */
export function runTerminalSession(session: TerminalSession): void {
  const { socket, stream } = session;
  let finished = false;
  const output = new SessionOutput(session);
  const forward = output.forward.bind(output);
  stream.on('data', session.tty ? (chunk: Buffer) => forward('stdout', chunk) : multiplexedReader(forward));
  socket.on('message', (data) => receive(session, bytesOf(data)));
  stream.on('error', () => stream.destroy());
  stream.once('close', () => {
    if (finished) return;
    finished = true;
    void finish(session, output);
  });
  socket.once('close', () => {
    if (finished) return;
    finished = true;
    stream.destroy();
    session.abandoned().catch(() => undefined);
  });
}

type OutputName = 'stdout' | 'stderr';

/** The command's output on its way to the client. */
class SessionOutput {
  private isFirst = true;
  private kept: { name: OutputName; data: Buffer } | undefined;

  constructor(private readonly session: TerminalSession) {}

  forward(name: OutputName, data: Buffer): void {
    const { isFirst, session } = this;
    this.isFirst = false;
    if (isFirst && session.isEngineFailure?.(data)) this.kept = { name, data };
    else {
      this.release();
      if (session.wants[name]) sendOn(session.socket, channels[name], data, session.stream);
    }
  }

  /** It was the command's after all. */
  release(): void {
    const { kept, session } = this;
    this.kept = undefined;
    if (kept && session.wants[kept.name]) sendOn(session.socket, channels[kept.name], kept.data, session.stream);
  }

  /** Why the command never ran; undefined when it did. */
  async failure(): Promise<string | undefined> {
    const text = this.kept?.data.toString().trim();
    return text !== undefined && (await this.session.neverRan?.()) ? text : undefined;
  }
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
  // Messages that had already been read still come after a pause.
  if (socket.isPaused) return;
  socket.pause();
  stream.once('drain', () => socket.resume());
}

async function finish({ socket, result }: TerminalSession, output: SessionOutput): Promise<void> {
  const status = await result().catch(errorStatus);
  const failure = await output.failure().catch(() => undefined);
  if (failure === undefined) output.release();
  sendOn(socket, channels.error, Buffer.from(JSON.stringify(failure === undefined ? status : startFailureStatus(failure))));
  socket.close(1000);
}
