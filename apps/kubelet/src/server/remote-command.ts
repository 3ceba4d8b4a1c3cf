import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { RawData } from 'ws';
import WebSocket from 'ws';
import { apiErrors } from '@typernetes/machinery';
import type { node } from '@typernetes/proto';
import { cri as proto } from '@typernetes/proto';
import { runtimeMethods } from '../runtime/cri-client';
import type { ServerContext } from './find-container';
import { runningContainer } from './find-container';

export type ExecStream = ServerDuplexStream<node.ExecInput, node.ExecOutput>;

/** Channels of `v5.channel.k8s.io` (KEP-4006). */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
export const streamProtocol = 'v5.channel.k8s.io';

/** Above this the caller waits until the runtime has read. */
const bufferBytesMax = 1 << 20;

export const bytesOf = (data: RawData): Buffer => (Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data));

/** Opens a stream of the runtime. @throws Error when it cannot be opened */
export function openStream(url: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), [streamProtocol], { perMessageDeflate: false });
    // What arrives before the bridge is built must wait.
    socket.once('open', () => (socket.pause(), resolve(socket)));
    socket.once('error', reject);
  });
}

/** Sends; the source waits while much is unsent. */
export function sendTo(socket: WebSocket, channel: number, data: Uint8Array, source: { pause(): unknown; resume(): unknown }): void {
  if (socket.readyState !== socket.OPEN) return;
  const isFull = socket.bufferedAmount > bufferBytesMax;
  if (isFull) source.pause();
  socket.send(Buffer.concat([Buffer.from([channel]), data]), () => isFull && source.resume());
}

async function urlFor(server: ServerContext, kind: 'exec' | 'attach', start: node.ExecStart): Promise<string> {
  const { id: containerId } = await runningContainer(server, start.target);
  const { stdin, stdout, tty } = start;
  // A terminal has one output.
  const stderr = start.stderr && !tty;
  const { cri } = server.context;
  if (kind === 'attach') return (await cri.call(runtimeMethods.attach, proto.AttachRequest.create({ containerId, stdin, stdout, stderr, tty }))).url;
  return (await cri.call(runtimeMethods.exec, proto.ExecRequest.create({ containerId, cmd: start.command, stdin, stdout, stderr, tty }))).url;
}

/** The first message of a stream. */
function firstOf(call: ExecStream): Promise<node.ExecStart> {
  return new Promise((resolve, reject) => {
    call.once('data', ({ input }: node.ExecInput) => {
      call.pause();
      if (input?.$case === 'start') resolve(input.value);
      else reject(apiErrors.badRequest('the first message must be start'));
    });
    call.once('end', () => reject(apiErrors.badRequest('no message')));
    call.once('cancelled', () => reject(apiErrors.badRequest('cancelled')));
  });
}

/** Bridges a caller's stream with a process of a container: exec and attach. */
export async function remoteCommand(server: ServerContext, kind: 'exec' | 'attach', call: ExecStream): Promise<void> {
  const start = await firstOf(call);
  const socket = await openStream(await urlFor(server, kind, start));
  await new Promise<void>((resolve) => {
    call.on('data', ({ input }: node.ExecInput) => forwardInput(socket, call, input));
    call.on('end', () => sendTo(socket, channels.close, Buffer.from([channels.stdin]), call));
    call.once('cancelled', () => socket.terminate());
    socket.on('message', (data) => {
      const output = outputOf(bytesOf(data));
      if (!output || call.cancelled || call.write({ output }) || socket.isPaused) return;
      socket.pause();
      call.once('drain', () => socket.resume());
    });
    socket.on('error', (error) => server.context.logger.debug({ error }, 'the stream of a command broke off'));
    socket.once('close', () => resolve());
    socket.resume();
    call.resume();
  });
}

function forwardInput(socket: WebSocket, call: ExecStream, input: node.ExecInput['input']): void {
  switch (input?.$case) {
    case 'stdin':
      return sendTo(socket, channels.stdin, input.value, call);
    case 'resize': {
      const { width, height } = input.value;
      return sendTo(socket, channels.resize, Buffer.from(JSON.stringify({ Width: width, Height: height })), call);
    }
    case 'stdinClosed':
      return sendTo(socket, channels.close, Buffer.from([channels.stdin]), call);
    default:
  }
}

function outputOf(message: Buffer): node.ExecOutput['output'] {
  const value = message.subarray(1);
  switch (message[0]) {
    case channels.stdout:
      return { $case: 'stdout', value };
    case channels.stderr:
      return { $case: 'stderr', value };
    case channels.error:
      return { $case: 'status', value };
    default:
      return undefined;
  }
}
