import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { apiErrors, systemClock } from '@typernetes/machinery';
import type { Status } from '@typernetes/machinery';
import type { ExecDoor, ExecListener } from './exec-streams';
import { acceptSpdy } from './spdy-connection';
import type { SpdyConnection, SpdyStream } from './spdy-connection';
import { parseSize } from './web-socket-door';

const protocols = ['v4.channel.k8s.io'];

/** The client opens its streams right after the upgrade. */
const streamsTimeoutMs = 30_000;

type Wanted = { stdin: boolean; stdout: boolean; stderr: boolean; tty: boolean };

/** exec and attach over SPDY: one stream each for error, stdin, stdout, stderr and resize, told apart by a header. */
export async function spdyExecDoor(request: IncomingMessage, socket: Duplex, head: Buffer, wanted: Wanted): Promise<ExecDoor> {
  const { connection } = acceptSpdy(request, socket, head, protocols);
  const types = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((type) => wanted[type]), ...(wanted.tty ? ['resize'] : [])];
  return new SpdyExecDoor(connection, await awaitStreams(connection, types));
}

function awaitStreams(connection: SpdyConnection, types: readonly string[]): Promise<Map<string, SpdyStream>> {
  const streams = new Map<string, SpdyStream>();
  return new Promise((resolve, reject) => {
    const cancel = systemClock.after(streamsTimeoutMs, () => {
      connection.end();
      reject(apiErrors.timeout('the client did not open its streams in time'));
    });
    connection.on('close', cancel);
    connection.on('stream', (stream) => {
      stream.respond(200, {});
      stream.on('error', () => stream.destroy());
      streams.set(stream.headers['streamtype'] ?? '', stream);
      if (!types.every((type) => streams.has(type))) return;
      cancel();
      resolve(streams);
    });
  });
}

class SpdyExecDoor implements ExecDoor {
  constructor(
    private readonly connection: SpdyConnection,
    private readonly streams: ReadonlyMap<string, SpdyStream>,
  ) {}

  listen(listener: ExecListener): void {
    const stdin = this.streams.get('stdin');
    stdin?.on('data', (data: Buffer) => {
      if (!listener.stdin(data, () => stdin.resume())) stdin.pause();
    });
    stdin?.on('end', () => listener.stdinClosed());
    this.streams.get('resize')?.on('data', (data: Buffer) => {
      const size = parseSize(data);
      if (size) listener.resize(size.width, size.height);
    });
    this.connection.on('close', () => listener.gone());
  }

  send(channel: 'stdout' | 'stderr', data: Buffer, drained: () => void): void {
    const stream = this.streams.get(channel);
    if (!stream || stream.write(data)) drained();
    else stream.once('drain', drained);
  }

  finish(status: Status): void {
    const error = this.streams.get('error');
    for (const type of ['stdout', 'stderr']) this.streams.get(type)?.end();
    error?.end(JSON.stringify(status), () => this.connection.end());
  }
}
